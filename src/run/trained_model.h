// A trained model as somebody names it: a .safetensors file, or the folder of a run.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "data/load.h"
#include "io/input_files.h"
#include "io/model_file.h"
#include "settings/given.h"
#include "settings/run_config.h"

namespace strata {

struct TrainedModel {
  std::filesystem::path path;                    ///< of the model file; empty: it has none
  std::optional<std::filesystem::path> folder;   ///< of the run
  std::optional<nlohmann::ordered_json> config;  ///< the run's
  RunConfig run;                                 ///< as config, or the model file, has it
  ModelFile model;
};

/// The file of the model `named`: itself, or the one in the folder of a run. Throws Error(data) for a folder without
/// one.
std::filesystem::path model_path(const std::filesystem::path& named);

/// The model `named`. Throws Error(data) for a folder without a model, and as read_model.
TrainedModel trained_model(const std::filesystem::path& named);

/// What the model's outputs are asked for, by the `threshold` that is given or its own. Throws Error(usage) if one is
/// given where none decides.
Task task_of(const Given& given, const ModelFile& model);

/// Whether it looks like one.
bool is_model(const std::filesystem::path& path);

}  // namespace strata
