// How a run starts: its data, and the trainer with its first weights, new ones or those of a trained model.
#pragma once

#include <memory>
#include <string>

#include "data/load.h"
#include "io/model_file.h"
#include "settings/run_settings.h"
#include "train/trainer.h"

namespace strata {

/// The model that is given for `from`, a file or the folder of a run; null without that option. Throws as read_model.
std::shared_ptr<const ModelFile> starting_model(const Given& given);

/// That a model, called `name`, can go on learning from these features, by a new output layer. Throws Error(data).
void check_features(const DataSource& source, const ModelFile& model, const std::string& name);

/// load_data, with the names of the installed Fashion-MNIST's classes, which its files only number.
DataSource load_training_data(const DataRequest& request);

/// The data of a run. Of one that goes on from a model they are of its features, and unless its output layer is
/// replaced, of its classes. Throws Error(data) for what cannot be read or does not fit, and Error(usage) as load_data.
DataSource run_data(const RunSettings& settings);

/// The trainer of these settings; `source` must outlive it. Throws what reading first weights and Trainer throw.
Trainer make_trainer(const RunSettings& settings, const DataSource& source);

/// The scaler of settings.from, null without it.
const Scaler* starting_scaler(const RunSettings& settings);
/// Its scaler of targets, unless the output layer is replaced; null without it.
const TargetScaler* starting_target_scaler(const RunSettings& settings);

}  // namespace strata
