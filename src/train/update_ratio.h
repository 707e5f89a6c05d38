// How far one update moves the weights.
#pragma once

#include <vector>

#include "model/parameters.h"

namespace strata {

/// For each layer ||after - before|| / ||before|| over its weights without biases, in double, summed in canonical
/// order; not finite where all weights were 0. Both have the same layers.
std::vector<double> update_ratios(const Parameters& before, const Parameters& after);

}  // namespace strata
