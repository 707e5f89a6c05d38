// A model's figures on a part of the data as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "train/importance.h"
#include "train/part_evaluation.h"

namespace strata {

/// `rows`, `loss` and the figures that have a value; then of classes `confusion` (a list for each true class) and
/// `classes`: `name`, `precision`, `recall`, `f1`, `support`, `predicted` of each; of labels the same as `labels`; of
/// numbers `targets`: `name`, `rmse`, `mae`, `r2`, `median_error`, `p95_error`, and of quantiles `quantile`, `pinball`,
/// `below` of each output. Of two classes and labels `threshold`. A loss that is not finite is null. `names` are those
/// of classes, labels or outputs; empty: their indices.
nlohmann::ordered_json evaluation_json(const PartEvaluation& evaluation, std::span<const std::string> names);

/// `importance`, of each block `name`, `mean` and `deviation`, by how much the loss rises; `importance_of`, the `rows`
/// that were shuffled, `repeats` and their `loss`; of images `importance_map`: `rows`, `columns` and `side` of its
/// squares.
nlohmann::ordered_json importance_json(const Importance& importance);

/// The class' name, or its index if `class_names` is empty.
std::string class_name(std::span<const std::string> class_names, std::size_t index);

}  // namespace strata
