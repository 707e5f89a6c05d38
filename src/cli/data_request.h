// What the options of train say of the data.
#pragma once

#include "cli/arguments.h"
#include "data/load.h"

namespace strata::cli {

/// The request that --data and those of its companions that the command has make; on one thread. Throws Error(usage)
/// for a list of columns with an empty name.
DataRequest data_request(const Arguments& arguments);

}  // namespace strata::cli
