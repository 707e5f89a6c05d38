#include "core/number.h"

#include <cstdint>

#include "tests/catch.h"

namespace core_number_test {

using strata::parse_number;

TEST_CASE("a number is the whole text or none", "[core]") {
  CHECK(parse_number<double>("0.25") == 0.25);
  CHECK(parse_number<double>("-1e-3") == -1e-3);
  CHECK(parse_number<std::uint64_t>("18446744073709551615") == UINT64_MAX);
  for (const char* text : {"", " 1", "1 ", "+1", "1x", "0x1", "1e999", "--1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number<double>(text));
  }
  for (const char* text : {"", "-1", "1.5", "18446744073709551616"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number<std::uint64_t>(text));
  }
}

}  // namespace core_number_test
