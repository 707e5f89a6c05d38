// Finds and reads a data set, whatever its form: docs/data.md.
#pragma once

#include <optional>

#include "data/data_source.h"
#include "data/table/advice.h"

namespace strata {

/// Reads data to train on. Parts fit each other: the same features of the same shape and kind, and no label or category
/// that the training part lacks. An error of a training table's columns tells all of them, with a remedy. Throws
/// Error(data) on any fault, naming the file; Error(usage) for a request that does not apply to what lies there.
DataSource load_data(const DataRequest& request);

/// What there is to say of a training table; empty for any other data, and for a table whose form is at fault.
std::optional<TableAdvice> training_advice(const DataRequest& request);

/// Whether load_data will give a validation part, as far as the names of files tell.
bool has_validation_part(const DataRequest& request);

/// Reads data to apply a model to, or to train it on, in the same forms; request.roles and request.missing do not
/// count. A file is the source's training part, a folder has its parts; parts that are not there have no rows, and one
/// is there at least. With LabelUse::ignore no labels are read, nor need there be any, and all labels are empty (IDX
/// folders still need all four files). Classes, names and table are those of `needs`.
/// Throws as load_data, and Error(data) for data that are not of the model's kind.
DataSource load_for_model(const DataRequest& request, const DataNeeds& needs, LabelUse labels = LabelUse::read);

}  // namespace strata
