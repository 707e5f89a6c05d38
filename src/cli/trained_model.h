// MODEL on a command line: a .safetensors file, or the folder of a run.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/arguments.h"
#include "io/model_file.h"
#include "io/run_config.h"

namespace strata::cli {

struct TrainedModel {
  std::filesystem::path path;                    ///< of the model file
  std::optional<std::filesystem::path> folder;   ///< of the run
  std::optional<nlohmann::ordered_json> config;  ///< the run's
  RunConfig run;                                 ///< as config, or the model file, has it
  ModelFile model;
};

/// The file of the model `named`: itself, or the one in the folder of a run. Throws Error(data) for a folder without
/// one.
std::filesystem::path model_path(const std::filesystem::path& named);

/// The model that the command line's one operand names. Throws Error(usage) for none or several, and Error(data) for a
/// folder without a model, and as read_model.
TrainedModel trained_model(const Command& command, const Arguments& arguments);

/// The classes' names, or their indices.
std::vector<std::string> class_names_of(const ModelFile& model);

}  // namespace strata::cli
