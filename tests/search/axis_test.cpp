
#include <algorithm>
#include <set>

#include "search/search_space.h"
#include "tests/catch.h"

namespace search_axis_test {

using namespace strata;

namespace {

std::vector<Axis> two_optimizers() {
  return {{.name = "lower", .values = {"sgd", "freeze"}},
          {.name = "lower.lr", .values = {"0.1", "0.2"}},
          {.name = "lower.momentum", .values = {"0", "0.9"}},
          {.name = "batch-size", .values = {"16", "32"}}};
}

}  // namespace

TEST_CASE("evenly spaced texts hit the powers of ten and both ends", "[search]") {
  CHECK(spaced_texts({1e-4, 1e-1}, 4) == std::vector<std::string>{"0.0001", "0.001", "0.01", "0.1"});
  CHECK(spaced_texts({0.0003, 0.7}, 2) == std::vector<std::string>{"0.0003", "0.7"});
  const auto half_decades = spaced_texts({1e-4, 1e-1}, 7);
  CHECK(half_decades[1] == "0.000316227766017");
  CHECK(half_decades[4] == "0.01");
}

TEST_CASE("a longer range has the points of the shorter one", "[search]") {
  const auto some = spaced_texts({1e-4, 1e-1}, 7);
  const auto more = spaced_texts({1e-4, 1}, 9);
  for (std::size_t i = 0; i < some.size(); ++i) {
    CHECK(some[i] == more[i]);
  }
}

TEST_CASE("a grid crosses every axis, but not a key with an optimizer that lacks it", "[search]") {
  const auto points = grid(two_optimizers());
  CHECK(points.size() == 2 * 2 * 2 + 2);
  CHECK(std::set<Point>(points.begin(), points.end()).size() == points.size());
  CHECK(points.front() == Point{{"lower", "sgd"}, {"lower.lr", "0.1"}, {"lower.momentum", "0"}, {"batch-size", "16"}});
  CHECK(points.back() == Point{{"lower", "freeze"}, {"batch-size", "32"}});
  for (const std::size_t most : {0U, 1U, 3U, 9U, 10U, 11U}) {
    CHECK(grid(two_optimizers(), most) ==
          std::vector(points.begin(), points.begin() + static_cast<long>(std::min<std::size_t>(most, 10))));
  }
}

TEST_CASE("a schedule's key is crossed where the schedule knows it", "[search]") {
  const auto points = grid({{.name = "upper", .values = {"adam"}},
                            {.name = "upper.schedule", .values = {"constant", "exponential"}},
                            {.name = "upper.decay_rate", .values = {"0.1", "0.5"}}});
  CHECK(points.size() == 3);
  CHECK(optimizer_text(points.back(), "upper") == "adam,schedule=exponential,decay_rate=0.5");
}

TEST_CASE("without axes there is one point", "[search]") {
  CHECK(grid({}) == std::vector<Point>{{}});
  CHECK(draw({}, 1, 0).empty());
}

TEST_CASE("draws depend on seed, axis and number alone", "[search]") {
  std::vector<Axis> axes{{.name = "lower", .values = {"sgd"}},
                         {.name = "lower.lr", .values = {}, .range = LogRange{1e-4, 1}}};
  const Point first = draw(axes, 42, 3);
  CHECK(draw(axes, 42, 3) == first);
  CHECK(draw(axes, 42, 4) != first);
  CHECK(draw(axes, 43, 3) != first);
  axes.insert(axes.begin(), {.name = "batch-size", .values = {"16", "32", "64"}});
  CHECK(value_at(draw(axes, 42, 3), "lower.lr") == value_at(first, "lower.lr"));
}

TEST_CASE("draws of a range are uniform in its logarithm", "[search]") {
  const LogRange range{1e-4, 1};
  const std::vector<Axis> axes{{.name = "lower", .values = {"sgd"}},
                               {.name = "lower.lr", .values = {}, .range = range}};
  constexpr std::uint64_t kDraws = 2000;
  std::vector<int> quarters(4);
  for (std::uint64_t number = 0; number < kDraws; ++number) {
    const double rate = std::stod(std::string(value_at(draw(axes, 1, number), "lower.lr")));
    REQUIRE(rate >= range.first);
    REQUIRE(rate <= range.last);
    ++quarters[static_cast<std::size_t>(std::min(3.0, 4 * range.position(rate)))];
  }
  for (const int count : quarters) {
    CHECK(count > 430);
    CHECK(count < 570);
  }
}

TEST_CASE("an edge is found and continued in the same steps", "[search]") {
  const std::vector<Axis> axes{
      {.name = "lower.lr", .values = spaced_texts({1e-4, 1e-1}, 4), .range = LogRange{1e-4, 1e-1}},
      {.name = "upper.lr", .values = {"0.001", "0.003", "0.01"}},
      {.name = "activation", .values = {"elu", "relu"}}};
  const auto edges = edges_of({{"lower.lr", "0.1"}, {"upper.lr", "0.001"}, {"activation", "elu"}}, axes, false);
  REQUIRE(edges.size() == 2);
  CHECK(edges[0].largest);
  CHECK(edges[0].wider.values.back() == "10");
  CHECK(edges[0].wider.range->last == 10);
  CHECK_FALSE(edges[1].largest);
  CHECK(edges[1].wider.values.front() == "0.00011");
  CHECK(edges_of({{"lower.lr", "0.01"}, {"upper.lr", "0.003"}}, axes, false).empty());
}

TEST_CASE("the edge of a drawn range is its last tenth", "[search]") {
  const std::vector<Axis> axes{{.name = "lower.lr", .values = {}, .range = LogRange{1e-4, 1}}};
  CHECK(edges_of({{"lower.lr", "0.5"}}, axes, true).at(0).wider.range->last == 10);
  CHECK(edges_of({{"lower.lr", "0.3"}}, axes, true).empty());
}

}  // namespace search_axis_test
