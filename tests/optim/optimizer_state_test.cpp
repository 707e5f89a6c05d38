#include <algorithm>

#include "optim/parameter_group.h"
#include "tests/catch.h"

namespace optim_optimizer_state_test {

using namespace strata;

namespace {

bool all_are(std::span<const float> values, float expected) {
  return std::ranges::all_of(values, [&](float value) { return value == expected; });
}

}  // namespace

TEST_CASE("state begins as each layer's optimizer says, with zeros where it has none", "[optim]") {
  const std::vector<LayerSpec> layers{{3, 2, {}}, {2, 4, {}}};
  const auto parse = [](std::string_view text) { return parse_optimizer(text, Convention::keras, "--group"); };
  const OptimizerState state =
      initial_state(layers, {{"0-0", 0, 0, parse("adagrad")}, {"1-1", 1, 1, parse("adam,amsgrad=true")}});
  REQUIRE(state.slots.size() == 3);
  const auto first = state.slots[0].weight(0);
  CHECK(all_are({first.data(), 6}, 0.1F));
  CHECK(all_are(state.slots[0].bias(0), 0.1F));
  CHECK(all_are(state.slots[0].bias(1), 0));
  CHECK(all_are(state.slots[1].values(), 0));
  CHECK(all_are(state.slots[2].values(), 0));
  CHECK(initial_state(layers, {{"0-1", 0, 1, parse("freeze")}}).slots.empty());
}

}  // namespace optim_optimizer_state_test
