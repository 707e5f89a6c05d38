// The data of a run of several ranks: loaded once a machine, and shared by its ranks.
#pragma once

#include "cli/train_settings.h"
#include "data/load.h"
#include "dist/communicator.h"

namespace strata::cli {

/// load_data(settings) by the first rank of each machine; the others map the same memory. A rank that is asked for
/// other data than the first one, or cannot reach its memory, loads for itself. Ids of rows are only where data were
/// loaded. Every rank must call it. Throws SharedFailure; one rank alone throws as load_data.
DataSource load_data_of_node(const TrainSettings& settings, Communicator& ranks);

}  // namespace strata::cli
