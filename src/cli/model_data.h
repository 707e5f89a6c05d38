// The data to which a command applies a trained model.
#pragma once

#include <memory>
#include <string>

#include "cli/trained_model.h"
#include "data/load.h"
#include "data/row_stream.h"

namespace strata::cli {

/// The data set to evaluate on: --data, or the run's, or the installed Fashion-MNIST. Throws Error(data).
DataSource evaluation_data(const Arguments& arguments, const TrainedModel& trained, int threads);

/// What messages call it.
std::string evaluation_data_path(const Arguments& arguments, const TrainedModel& trained);

/// The rows of `path`: of a data set the test part, of a file of rows without labels all; `-` is stdin. Throws
/// Error(data) for what cannot be read or has other features than the model.
std::unique_ptr<RowStream> prediction_rows(const std::string& path, const ModelFile& model, int threads);

}  // namespace strata::cli
