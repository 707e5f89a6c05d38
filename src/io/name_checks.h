// Names that data bring, as far as model files must be able to keep them.
#pragma once

#include "data/load.h"

namespace strata {

/// Throws Error(data), naming the data and the name, if read_model could not read a model of these data: its class
/// names, columns and categories are JSON, which has to be UTF-8. To be asked before training.
void check_names_can_be_kept(const DataSource& source);

}  // namespace strata
