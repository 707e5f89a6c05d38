// What `strata info` says of a model.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/trained_model.h"

namespace strata::cli {

/// `file`, `bytes`, `layers` (`inputs`, `outputs`, `parameters`, `activation`), `parameters`, `sample_shape`,
/// `classes`, `convention`, `scaler` (`kind`, and the least and largest `mean` and `scale`), `table` (columns by role)
/// of a model of tables, `metadata`, `weights_hash`; of a run folder also `groups`, `config` and `run`: its result, or
/// `status` alone.
nlohmann::ordered_json model_info(const TrainedModel& trained);

/// The same in words.
std::string model_info_text(const nlohmann::ordered_json& info);

}  // namespace strata::cli
