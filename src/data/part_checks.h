// Whether the parts of a data set fit each other, and a model.
#pragma once

#include "data/load.h"

namespace strata {

// All throw Error(data), naming the file.

/// That a validation or test part has rows for the network that the training part is trained for, if it has any rows.
void check_fit(const Dataset& part, const DataSource& source);

/// That the model can take the part's rows, if it has any.
void check_needs(const Dataset& part, const DataNeeds& needs);

}  // namespace strata
