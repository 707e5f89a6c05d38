// What a run is asked to do, every option in its own type.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "data/load.h"
#include "io/checkpoint_folder.h"
#include "io/model_file.h"
#include "kernels/instruction_set.h"
#include "settings/given.h"
#include "train/train_config.h"

namespace strata {

struct RunSettings {
  /// The options that were given and last when the run is resumed, by their keys, and the threads: what gives the same
  /// settings again (settings_json.h).
  nlohmann::ordered_json asked = nlohmann::ordered_json::object();
  TrainConfig config;
  DataRequest request;
  bool data_given = false;
  bool own_validation = false;  ///< the data bring their validation part, so that no training rows are held out
  std::optional<std::filesystem::path> initial_weights;
  std::shared_ptr<const ModelFile> from;           ///< the model that training goes on from; or null
  std::optional<std::filesystem::path> from_path;  ///< as it was given
  bool new_output = false;                         ///< the last layer is not `from`'s
  std::optional<std::filesystem::path> save;
  std::optional<std::filesystem::path> run_dir;
  std::optional<std::string> metrics;  ///< a file, or "-" for stdout
  CheckpointPlan checkpoints;
  std::optional<std::filesystem::path> config_file;  ///< from which options came
  bool epochs_given = false;
  bool threads_as_begun = false;  ///< a resumed run's, to which nobody gave others
  bool tensorboard = false;       ///< needs a run_dir
  bool diagnose = false;          ///< statistics of units in the metrics, for diagnoses

  bool has_validation() const { return own_validation || config.validation_split > 0; }
};

/// Reads what was given for the options of a run. `from` is the model that the option of that name tells, or null
/// without it. Throws Error(usage) for a value that is wrong, or an option that does not apply beside the others.
RunSettings run_settings(const Given& given, std::shared_ptr<const ModelFile> from);
/// The same by another table.
RunSettings run_settings(const std::vector<Option>& options, const Given& given, std::shared_ptr<const ModelFile> from);

/// Data that are not where they should be.
struct MissingData {
  std::string_view option;  ///< that names them
  std::filesystem::path path;
};

/// The first of what the request names that is not there.
std::optional<MissingData> missing_data(const DataRequest& request);

/// What the options on the data that `given` knows say of it; on one thread. Throws Error(usage).
DataRequest data_request(const Given& given);

/// Throws Error(usage) for an engine, a precision and instructions that contradict each other.
void check_computing(EngineKind engine, kernels::Precision precision, kernels::InstructionSet instruction_set);

/// Without those options of a file of options that a model brings along, if only the caller names that model.
Given without_overruled_start(Given given);

}  // namespace strata
