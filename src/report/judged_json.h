// What a page shows of predictions beside what they should have been.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "io/model_file.h"
#include "train/part.h"
#include "train/part_evaluation.h"

namespace strata {

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
