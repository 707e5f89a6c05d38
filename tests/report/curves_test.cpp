#include "report/curves.h"

#include <limits>

#include "tests/catch.h"

namespace report_curves_test {

using namespace strata;

TEST_CASE("a curve has each value until there are many, then means of equal numbers of them", "[report]") {
  GrowingCurve curve;
  CHECK(curve.empty());
  constexpr std::size_t kValues = 5 * GrowingCurve::kMost;
  for (std::size_t i = 0; i < kValues; ++i) {
    curve.add(static_cast<double>(i), static_cast<double>(i));
    if (i + 1 == GrowingCurve::kMost) {
      REQUIRE(curve.points().size() == GrowingCurve::kMost);
      CHECK(curve.points()[7].value == 7);
    }
  }
  // Of 8 each.
  REQUIRE(curve.points().size() == kValues / 8);
  CHECK(curve.points().front().value == Approx(3.5));
  CHECK(curve.points().front().x == 7);
  CHECK(curve.points().back().value == Approx(kValues - 4.5));
  CHECK(curve.points().back().x == kValues - 1);
  CHECK(curve.last() == kValues - 1);
}

TEST_CASE("what is not finite is no part of a curve", "[report]") {
  GrowingCurve curve;
  curve.add(1, 0.5);
  curve.add(2, std::numeric_limits<double>::quiet_NaN());
  curve.add(3, std::numeric_limits<double>::infinity());
  REQUIRE(curve.points().size() == 1);
  CHECK(curve.last() == 0.5);
}

}  // namespace report_curves_test
