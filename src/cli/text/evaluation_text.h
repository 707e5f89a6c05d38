// A model's figures on a part of the data, for people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "run/apply_model.h"

namespace strata::cli {

/// Loss, accuracy and the like on a line, a table of the classes and the confusion matrix, within 80 columns. Of many
/// classes the table has those of the lowest F1; where the matrix would be too wide, the most frequent mistakes stand
/// in its place. `names`: of each class.
std::string evaluation_text(const PartEvaluation& evaluation, const std::optional<TopK>& top_k,
                            const std::vector<std::string>& names);

/// By how much the loss rises without what each column tells, the most important first, with the deviation of the
/// repeats; of images a map, the denser the more important.
std::string importance_text(const Importance& importance);

}  // namespace strata::cli
