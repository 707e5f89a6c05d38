#include "cli/text/info.h"
#include "cli/text/run_text.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"

namespace cli_announcement_test {

using namespace strata;
using namespace strata::cli;
using kernels::Bf16Speed;
using kernels::Precision;
using strata::test::missing;

TEST_CASE("a run in bf16 hears where that does not pay", "[cli]") {
  const Bf16Speed slow{0.43, 0.65};
  CHECK(precision_line(Precision::bf16, slow) ==
        "bf16    slower than fp32 on this CPU, 0.43 to 0.65 of its speed; without --precision bf16 it is faster\n");
  CHECK(precision_line(Precision::bf16, std::nullopt).empty());
  CHECK(precision_line(Precision::f32, slow).empty());
}

TEST_CASE("so does who asks for this machine", "[cli]") {
  nlohmann::ordered_json info = system_info(kernels::InstructionSet::automatic, 1);
  info.erase("bf16_speed");
  CHECK(system_info_text(info).find("\nbf16 ") == std::string::npos);
  info["bf16_speed"] = {0.43, 0.65};
  CHECK(missing(system_info_text(info), {"\nbf16         slower than fp32 on this CPU, 0.43 to 0.65 of its speed\n"}) ==
        "");
}

}  // namespace cli_announcement_test
