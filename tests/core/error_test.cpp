#include "core/error.h"

#include "tests/catch.h"
#include "tests/core/thrown.h"

namespace core_error_test {

using namespace strata;
using strata::test::thrown;

TEST_CASE("errors carry their kind and their message", "[core]") {
  CHECK(thrown([] { throw usage_error("--x {}: {}", 3, "why"); }) == "usage: --x 3: why");
  CHECK(thrown([] { throw data_error("{}: short", "a.gz"); }) == "data: a.gz: short");
  CHECK(thrown([] { throw failed_error("status {}", 2); }) == "failed: status 2");
  CHECK(thrown([] {}) == "nothing thrown");
}

}  // namespace core_error_test
