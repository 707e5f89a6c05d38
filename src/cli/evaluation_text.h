// A model's figures on a part of the data, for people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "train/part_evaluation.h"

namespace strata::cli {

struct TopK {
  std::size_t k = 0;
  double accuracy = 0;
};

/// Loss, accuracy and the like on a line, a table of the classes and the confusion matrix, within 80 columns. Of many
/// classes the table has those of the lowest F1; where the matrix would be too wide, the most frequent mistakes stand
/// in its place. `names`: of each class.
std::string evaluation_text(const PartEvaluation& evaluation, const std::optional<TopK>& top_k,
                            const std::vector<std::string>& names);

}  // namespace strata::cli
