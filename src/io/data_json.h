// Where a run's data lie, as its config.json says it.
#pragma once

#include <nlohmann/json.hpp>

#include "data/load.h"

namespace strata {

/// Adds to `config` what train's options say of the data: `data`, and of `labels`, `validation_data`, …, `missing` and
/// the roles of a table's columns those that are not as by default.
void add_data(nlohmann::ordered_json& config, const DataRequest& request);

/// Reads it back; `threads` is not among it. Throws Error(data), naming the member but no file, for one of another type
/// or with an unknown name.
DataRequest data_of_config(const nlohmann::ordered_json& config);

}  // namespace strata
