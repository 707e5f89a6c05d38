// What a run's config.json, or its model's metadata, tells those who use the model afterwards.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "data/load.h"
#include "engine/engine.h"
#include "train/part.h"

namespace strata {

/// What is missing there is empty, or as train's default.
struct RunConfig {
  std::optional<DataRequest> data;  ///< where it lay; threads do not count
  std::optional<SplitPlan> split;   ///< if `split`, `validation_split` and `seed` are all there
  EngineKind engine = EngineKind::automatic;
  kernels::Precision precision = kernels::Precision::f32;
};

/// Of config.json. Throws Error(data), naming the member but no file, for one of another type or with an unknown name.
RunConfig run_config(const nlohmann::ordered_json& config);

/// The notes of a model file on how its training rows were divided: `seed`, `split`, `validation_split`.
std::map<std::string, std::string> split_notes(const SplitPlan& split);

/// Reads them back; empty if one of them is missing or makes no sense.
std::optional<SplitPlan> split_of_notes(const std::map<std::string, std::string>& notes);

}  // namespace strata
