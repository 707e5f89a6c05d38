#include <cmath>
#include <limits>
#include <vector>

#include "engine/gradients.h"
#include "tests/catch.h"

namespace engine_clip_norm_test {

using namespace strata;

TEST_CASE("the factor follows each framework's formula", "[engine]") {
  CHECK(clip_factor({6.5, Convention::keras}, 169) == 0.5F);
  CHECK(clip_factor({13, Convention::keras}, 169) == 1.0F);
  CHECK(clip_factor({1e-3, Convention::keras}, 0) == 1.0F);
  CHECK(clip_factor({6.5, Convention::torch}, 169) == static_cast<float>(6.5 / 13.000001));
  CHECK(clip_factor({13.1, Convention::torch}, 169) == 1.0F);
  CHECK(clip_factor({1e-3, Convention::torch}, 0) == 1.0F);
  CHECK(clip_factor({1, Convention::keras}, std::numeric_limits<double>::infinity()) == 0.0F);
}

TEST_CASE("the squares of trained layers add up whatever parts they come in", "[engine]") {
  // The last layer's outputs are two blocks of 16, the second of which has padding that must not count.
  const std::vector<LayerSpec> layers{{2, 1, {}}, {3, 4, {}}, {1, 17, {}}};
  GradientSquares squares(layers, {true, false, true});
  const std::vector<float> first{3, 4};
  squares.fill(0, 0, {first.data(), 2, 1}, std::vector<float>{12});
  const std::vector<float> last(16, 2.0F);
  const std::vector<float> bias(16, 1.0F);
  for (int again = 0; again < 2; ++again) {
    squares.fill(2, 16, {last.data(), 1, 16}, bias);
    squares.fill(2, 0, {last.data(), 1, 16}, bias);
    CHECK(squares.sum() == 169 + 17 * 5);
  }
}

}  // namespace engine_clip_norm_test
