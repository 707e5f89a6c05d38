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

/// Without those options of the --config file that a --from on the command line brings along.
Arguments without_overruled_start(Arguments arguments);

/// Throws Error(usage) for an option that --from brings along.
void check_start(const Arguments& arguments);

/// The data of a run that goes on from settings.from: of its features, and unless its output layer is replaced, of its
/// classes. Throws as load_for_model, and with a new output layer as load_data and for features that are others.
DataSource load_for_start(DataRequest request, const TrainSettings& settings);

/// The weights of settings.from for the network `spec`; with --new-output the last layer as a new network has it.
Parameters starting_parameters(const TrainSettings& settings, const ModelSpec& spec);

/// The scaler of settings.from, null without it.
const Scaler* starting_scaler(const TrainSettings& settings);

}  // namespace strata::cli
