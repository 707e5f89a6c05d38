// A model's figures on a part of the data as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "train/part_evaluation.h"

namespace strata {

/// `rows`, `loss`, `accuracy`, `macro_f1`, `auc` (if it has a value), `confusion` (a list for each true class) and
/// `classes`: `name`, `precision`, `recall`, `f1`, `support`, `predicted` of each. A loss that is not finite is null.
nlohmann::ordered_json evaluation_json(const PartEvaluation& evaluation, std::span<const std::string> class_names);

/// The class' name, or its index if `class_names` is empty.
std::string class_name(std::span<const std::string> class_names, std::size_t index);

}  // namespace strata
