// The optimizers' state in the canonical form, which checkpoints and tests see.
#pragma once

#include <vector>

#include "model/parameters.h"
#include "optim/parameter_group.h"

namespace strata {

/// slots[s] holds state quantity s of every parameter, in the parameters' shape; what it is in each layer says the
/// registry's entry of the layer's optimizer (OptimizerEntry::state). Layers whose optimizer has fewer quantities
/// hold zeros there. There are as many slots as the optimizer with the most needs.
struct OptimizerState {
  std::vector<Parameters> slots;
};

/// The state before the first update.
OptimizerState initial_state(const std::vector<LayerSpec>& layers, const std::vector<ParameterGroup>& groups);

}  // namespace strata
