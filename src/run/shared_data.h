// The data of a run of several ranks: loaded once a machine, and shared by its ranks.
#pragma once

#include "data/load.h"
#include "dist/communicator.h"
#include "settings/run_settings.h"

namespace strata {

/// run_data(settings) by the first rank of each machine; the others map the same memory. A rank that is asked for
/// other data than the first one, or cannot reach its memory, loads for itself. Ids of rows are only where data were
/// loaded. Every rank must call it. Throws SharedFailure; one rank alone throws as run_data.
DataSource shared_run_data(const RunSettings& settings, Communicator& ranks);

}  // namespace strata
