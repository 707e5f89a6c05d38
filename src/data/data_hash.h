// What tells one data set from another.
#pragma once

#include <string>

#include "data/data_source.h"

namespace strata {

/// XXH3-64, in hex, of everything in the parts of `source` that a run depends on: sizes, features, labels and weights
/// of rows, classes.
std::string data_hash(const DataSource& source);

}  // namespace strata
