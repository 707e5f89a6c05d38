#include "search/ranking.h"
#include "tests/catch.h"

namespace search_halving_test {

using namespace strata;

TEST_CASE("halving trades candidates for epochs", "[search]") {
  CHECK(halving_rungs(27, 9, 3) == std::vector<Rung>{{27, 1}, {9, 3}, {3, 9}});
  CHECK(halving_rungs(9, 81, 3) == std::vector<Rung>{{9, 9}, {3, 27}, {1, 81}});
  CHECK(halving_rungs(10, 10, 2) == std::vector<Rung>{{10, 1}, {5, 2}, {2, 5}, {1, 10}});
}

TEST_CASE("halving of one epoch or one candidate has one rung", "[search]") {
  CHECK(halving_rungs(50, 1, 3) == std::vector<Rung>{{50, 1}});
  CHECK(halving_rungs(1, 10, 3) == std::vector<Rung>{{1, 10}});
  CHECK(halving_rungs(2, 2, 3) == std::vector<Rung>{{2, 2}});
}

}  // namespace search_halving_test
