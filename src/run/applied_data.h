// The data to which a trained model is applied.
#pragma once

#include <memory>
#include <string>

#include "data/load.h"
#include "data/row_stream.h"
#include "run/trained_model.h"
#include "settings/given.h"

namespace strata {

/// Where the data to evaluate on lie: what is given for `data` and its companions, or the run's, or the installed
/// Fashion-MNIST. Throws Error(usage) for options that do not apply.
DataRequest evaluation_request(const Given& given, const TrainedModel& trained);

/// Those data. Throws Error(data) for what cannot be read or is not of the model's kind.
DataSource evaluation_data(const DataRequest& request, const TrainedModel& trained);

/// The rows that `data` names: of a folder the test part, or the training part if there is no other; all of a file; of
/// what comes from stdin if it is `-`. Throws Error(data) as above.
std::unique_ptr<RowStream> prediction_rows(const Given& given, const ModelFile& model, int threads);

}  // namespace strata
