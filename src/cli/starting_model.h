// --from MODEL: a run that goes on from a trained model.
#pragma once

#include <memory>

#include "cli/arguments.h"
#include "cli/train_settings.h"
#include "data/load.h"
#include "io/model_file.h"

namespace strata::cli {

/// The model that --from names, a file or the folder of a run; null without that option. Throws as read_model.
std::shared_ptr<const ModelFile> starting_model(const Arguments& arguments);

/// Gives the data the classes of settings.from, unless its output layer is replaced. Throws Error(data) for data of
/// other features, another shape, or classes that the model does not know.
void fit_to_model(DataSource& source, const TrainSettings& settings);

/// The weights of settings.from for the network `spec`; with --new-output the last layer as a new network has it.
Parameters starting_parameters(const TrainSettings& settings, const ModelSpec& spec);

/// The scaler of settings.from, null without it.
const Scaler* starting_scaler(const TrainSettings& settings);

}  // namespace strata::cli
