// What `strata train` is asked to do.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/choices.h"
#include "data/load.h"
#include "io/checkpoint_folder.h"
#include "io/model_file.h"
#include "kernels/instruction_set.h"
#include "train/train_config.h"

namespace strata::cli {

struct TrainSettings {
  std::vector<std::string> words;          ///< after `strata train`: the options that give the same run again
  std::vector<std::string> lasting_words;  ///< those with which it goes on when it is resumed
  TrainConfig config;
  DataRequest request;
  bool own_validation = false;  ///< the data bring their validation part, so that no training rows are held out
  std::optional<std::filesystem::path> initial_weights;
  std::shared_ptr<const ModelFile> from;  ///< the model that training goes on from; or null
  std::filesystem::path from_path;        ///< as it was given
  bool new_output = false;                ///< the last layer is not `from`'s
  std::optional<std::filesystem::path> save;
  std::optional<std::filesystem::path> run_dir;
  std::optional<std::string> metrics;  ///< a file, or "-" for stdout
  CheckpointPlan checkpoints;
  kernels::InstructionSet instruction_set = kernels::InstructionSet::automatic;
  ProgressStyle progress = ProgressStyle::automatic;
  bool data_given = false;
  bool quiet = false;
  bool json = false;
  bool tensorboard = false;  ///< needs a run_dir

  bool has_validation() const { return own_validation || config.validation_split > 0; }
};

/// `from` is the model of --from, or null without that option.
/// Throws Error(usage) for a value that is wrong, or an option that does not apply beside the others.
TrainSettings train_settings(const Arguments& arguments, std::shared_ptr<const ModelFile> from);

/// The same, after reading the model.
TrainSettings train_settings(const Arguments& arguments);

/// The run's options by their names (`batch_size`), each with the value that holds, as the metrics' run line has them.
nlohmann::ordered_json config_json(const TrainSettings& settings);

/// The activation of that kind with the parameter that `convention` gives it: leaky_relu's slope, elu's alpha.
Activation make_activation(kernels::ActivationKind kind, Convention convention);

}  // namespace strata::cli
