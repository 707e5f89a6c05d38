#include "cli/nearest.h"

#include <array>
#include <string_view>

#include "tests/catch.h"

using namespace strata::cli;

TEST_CASE("edit distance counts insertions, deletions, substitutions and swaps", "[cli]") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("seed", "seed") == 0);
  CHECK(edit_distance("sed", "seed") == 1);
  CHECK(edit_distance("seeed", "seed") == 1);
  CHECK(edit_distance("seld", "seed") == 1);
  CHECK(edit_distance("epcohs", "epochs") == 1);
  CHECK(edit_distance("ca", "abc") == 3);  // the restricted distance; the unrestricted one is 2
}

TEST_CASE("the nearest name wins, the first of equals", "[cli]") {
  constexpr std::array<std::string_view, 3> names{"lower", "upper", "epochs"};
  CHECK(nearest("epohcs", names) == "epochs");
  CHECK(nearest("uper", names) == "upper");
  CHECK(nearest("ower", names) == "lower");
  CHECK(nearest("", names) == "lower");
}
