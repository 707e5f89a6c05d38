// A run's state as JSON, for checkpoints.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "train/run_state.h"

namespace strata {

/// Everything but best_parameters. Numbers read back exactly.
nlohmann::ordered_json to_json(const RunState& state);

/// Reads what to_json wrote. Throws Error(data) or nlohmann's exceptions for anything else.
RunState run_state(const nlohmann::ordered_json& json);

}  // namespace strata
