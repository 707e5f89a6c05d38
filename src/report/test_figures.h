// What a trained model gets wrong: its confusion matrix, figures of each class, and the rows it mistakes.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "engine/inference.h"
#include "io/model_file.h"
#include "train/part.h"
#include "train/part_evaluation.h"

namespace strata {

/// The rows on which a model is tested, and what computes.
struct TestRows {
  std::string part;          ///< test or validation
  std::string counted_in{};  ///< the part whose rows they are numbered among, if it is another
  PartRows rows;             ///< not empty
  ComputeChoice compute{};
};

/// Evaluates the model once on those rows: `part`, the members of evaluation_json (`confusion` only of up to 40
/// classes), `counted_in`, `mistakes` (the most frequent first: `label`, `predicted`, `count`, `shown`) and `image`
/// (`rows`, `columns`, of colours `channels`) if the samples are images. `shown` are the most confident ones: `row`,
/// `probability` of the predicted class, and `pixels` (base64) of images. Of two classes also `curves`, of labels
/// `curves` of each, of numbers `shown` (judged_json.h), and neither mistakes nor image. Of tables and images of up to
/// 64 columns or squares importance_json. Throws as evaluate_part.
nlohmann::ordered_json test_figures(const ModelFile& model, const TestRows& test);

/// What predictions say of a model without a look at the rows: the members of evaluation_json (`confusion` only of up
/// to 40 classes), `curves` of two classes and of labels, `shown` of numbers without the worst rows. `names` are those
/// of classes, labels or outputs.
nlohmann::ordered_json judged_figures(const PartEvaluation& evaluation, std::span<const std::string> names);

}  // namespace strata
