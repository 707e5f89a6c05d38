// Parameter groups: which layers share an optimizer; and the state that the optimizers keep, in the canonical form,
// which checkpoints and tests see.
#pragma once

#include <string>
#include <vector>

#include "model/model.h"
#include "optim/optimizer.h"

namespace strata {

/// Layers first … last (inclusive, counted from 0 at the input) and their optimizer.
struct ParameterGroup {
  std::string name;  ///< `lower`, `upper`, or `FIRST-LAST`; the key in metrics
  std::size_t first = 0;
  std::size_t last = 0;
  OptimizerSpec optimizer;
};

/// `upper_layers` layers next to the output are the group `upper`, the others `lower`; a group without
/// layers is left out. Groups come in ascending order of layers.
/// Throws Error(usage) if upper_layers exceeds layer_count.
std::vector<ParameterGroup> lower_upper_groups(std::size_t layer_count, std::size_t upper_layers,
                                               const OptimizerSpec& lower, const OptimizerSpec& upper);

/// Parses each `FIRST-LAST:OPTIMIZER` (or `LAYER:OPTIMIZER`); returned in ascending order.
/// Throws Error(usage) on bad syntax, overlaps, gaps, or layers that the network lacks.
std::vector<ParameterGroup> parse_groups(const std::vector<std::string>& texts, std::size_t layer_count,
                                         Convention convention);

/// slots[s] holds state quantity s of every parameter, in the parameters' shape; what it is in each layer says the
/// registry's entry of the layer's optimizer (OptimizerEntry::state). Layers whose optimizer has fewer quantities
/// hold zeros there. There are as many slots as the optimizer with the most needs.
struct OptimizerState {
  std::vector<Parameters> slots;
};

/// The state before the first update.
OptimizerState initial_state(const std::vector<LayerSpec>& layers, const std::vector<ParameterGroup>& groups);

}  // namespace strata
