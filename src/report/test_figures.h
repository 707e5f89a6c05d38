// What a trained model gets wrong: its confusion matrix, figures of each class, the rows it mistakes, and predictions
// beside what they should have been.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.h"
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
/// `curves` of each, of numbers `shown` (numbers_shown), and neither mistakes nor image. Of tables and images of up to
/// 64 columns or squares importance_json. Throws as evaluate_part.
nlohmann::ordered_json test_figures(const ModelFile& model, const TestRows& test);

/// What predictions say of a model without a look at the rows: the members of evaluation_json (`confusion` only of up
/// to 40 classes), `curves` of two classes and of labels, `shown` of numbers without the worst rows. `names` are those
/// of classes, labels or outputs.
nlohmann::ordered_json judged_figures(const PartEvaluation& evaluation, std::span<const std::string> names);

/// More points are counted in bins.
inline constexpr std::size_t kMostDots = 5000;

/// Of the first eight outputs of numbers, in their order: `points` ([actual, predicted] of each row), or of more than
/// kMostDots rows `bins` (`from` and `step` of both axes, `counts`: [column, row, rows] of each that is not empty);
/// and `errors` (`from`, `step`, `counts` of predicted less actual).
nlohmann::ordered_json numbers_shown(const PartEvaluation& evaluation);

/// Adds to each of those `worst`, the rows with the largest errors: `row`, `actual`, `predicted`, and `features`
/// (`name`, `value`) of values, not of pixels.
void add_worst(nlohmann::ordered_json& shown, const PartEvaluation& evaluation, const ModelFile& model,
               const PartRows& rows);

/// The ROC and precision-recall curve of scores: lists `score`, `false_positive_rate`, `recall` and `precision`,
/// thinned to a few hundred points, the first and the last among them. Empty without both kinds of rows.
nlohmann::ordered_json curves_json(std::span<const float> scores, const std::vector<bool>& positive);

}  // namespace strata
