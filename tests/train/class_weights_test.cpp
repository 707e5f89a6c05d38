#include "train/class_weights.h"

#include "tests/catch.h"
#include "tests/core/thrown.h"

using namespace strata;
using namespace strata::test;

namespace {

const std::vector<std::uint32_t> kLabels{0, 1, 2, 1, 1, 0, 2, 2};

}  // namespace

TEST_CASE("balanced weights are scikit-learn's, from the training rows", "[train]") {
  const std::vector<std::uint32_t> rows{0, 1, 2, 3, 4, 5};
  // compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 1, 2, 1, 1, 0])
  CHECK(class_weights({true, {}}, kLabels, rows, 3) == std::vector<double>{1, 6.0 / 9, 2});
}

TEST_CASE("given weights are taken as they are, no weights stay none", "[train]") {
  const std::vector<std::uint32_t> rows{0, 1, 2};
  CHECK(class_weights({false, {1, 2, 3}}, kLabels, rows, 3) == std::vector<double>{1, 2, 3});
  CHECK(class_weights({}, kLabels, rows, 3).empty());
}

TEST_CASE("weights that do not fit the classes are refused", "[train]") {
  const std::vector<std::uint32_t> rows{0, 1, 3};
  CHECK(missing(thrown([&] {
                  class_weights({false, {1, 2}}, kLabels, rows, 3);
                }),
                {"usage: ", "3 classes", "2 weights"}) == "");
  CHECK(missing(thrown([&] { class_weights({true, {}}, kLabels, rows, 3); }), {"usage: ", "class 2"}) == "");
}
