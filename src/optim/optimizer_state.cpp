#include "optim/optimizer_state.h"

#include <algorithm>

namespace strata {

OptimizerState initial_state(const std::vector<LayerSpec>& layers, const std::vector<ParameterGroup>& groups) {
  OptimizerState state;
  for (const ParameterGroup& group : groups) {
    const auto slots = group.optimizer.state();
    for (std::size_t s = 0; s < slots.size(); ++s) {
      if (s == state.slots.size()) {
        state.slots.emplace_back(layers);
      }
      for (std::size_t l = group.first; l <= group.last; ++l) {
        const auto weight = state.slots[s].weight(l);
        std::fill_n(weight.data(), weight.rows() * weight.columns(), slots[s].initial);
        std::ranges::fill(state.slots[s].bias(l), slots[s].initial);
      }
    }
  }
  return state;
}

}  // namespace strata
