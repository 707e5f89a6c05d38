// Whether the parts of a data set fit each other, and a model.
#pragma once

#include "data/data_source.h"

namespace strata {

// All throw Error(data), naming the file.

/// That a validation or test part, if it has any rows, has features as the training part has.
void check_fit(const Dataset& part, const DataSource& source);

/// That the model can take the part's features, if it has any rows.
void check_needs(const Dataset& part, const DataNeeds& needs);

}  // namespace strata
