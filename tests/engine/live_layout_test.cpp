#include <algorithm>

#include "engine/onednn/buffers.h"
#include "tests/catch.h"
#include "tests/kernels/random_values.h"

namespace engine_live_layout_test {

using namespace strata;

namespace {

const std::vector<LayerSpec> kLayers = ModelSpec{5, {17, 1}, 3, {}}.layers();

}  // namespace

TEST_CASE("each layer's weights and biases start at a cache line and do not overlap", "[engine]") {
  const LiveLayout layout(kLayers);
  std::size_t end = 0;
  for (std::size_t l = 0; l < kLayers.size(); ++l) {
    CAPTURE(l);
    CHECK(layout.weights(l) >= end);
    CHECK(layout.weights(l) * sizeof(float) % kAlignment == 0);
    CHECK(layout.bias(l) >= layout.weights(l) + kLayers[l].inputs * kLayers[l].outputs);
    CHECK(layout.bias(l) * sizeof(float) % kAlignment == 0);
    end = layout.bias(l) + kLayers[l].outputs;
  }
  CHECK(layout.size() >= end);
}

TEST_CASE("spans of layers cut the arena without gap or overlap", "[engine]") {
  const LiveLayout layout(kLayers);
  CHECK(layout.span_of(0, 2) == std::pair<std::size_t, std::size_t>(0, layout.size()));
  CHECK(layout.span_of(0, 0).second == layout.span_of(1, 2).first);
  CHECK(layout.span_of(0, 1).second == layout.span_of(2, 2).first);
  CHECK(layout.span_of(2, 2).second == layout.size());
}

TEST_CASE("the live form is transposed, padded with zeros, and goes back bit for bit", "[engine]") {
  const LiveLayout layout(kLayers);
  Parameters parameters(kLayers);
  const auto values = test::random_floats(parameters.values().size(), 1, 2, 1);
  std::ranges::copy(values, parameters.values().begin());
  AlignedVector<float> arena(layout.size(), 0.0F);
  layout.from_canonical(parameters, arena);
  CHECK(arena[layout.weights(0) + 2 * 17 + 16] == parameters.weight(0)(16, 2));
  CHECK(arena[layout.bias(2) + 1] == parameters.bias(2)[1]);
  CHECK(static_cast<std::size_t>(std::ranges::count(arena, 0.0F)) == layout.size() - values.size());

  Parameters back(kLayers);
  layout.to_canonical(arena, back);
  CHECK(std::ranges::equal(back.values(), values));
}

}  // namespace engine_live_layout_test
