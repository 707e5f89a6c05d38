// Figures of yes or no, and of several such labels: what probabilities say, and what they decide at a threshold.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "train/evaluation.h"

namespace strata {

// Probabilities and scores are finite; a label's targets are 0 or 1, a row's of all labels stand side by side. All
// definitions are scikit-learn's; a quotient by 0 is 0.

/// Column `column` of a matrix.
std::vector<float> column_of(const MatrixView<const float>& matrix, std::size_t column);

/// Whether each row has the label of that column of targets (rows, labels).
std::vector<bool> positives_of(const MatrixView<const float>& targets, std::size_t column);

/// Figures of each label: targets and probabilities are (rows, labels).
std::vector<ClassFigures> label_figures(const MatrixView<const float>& targets,
                                        const MatrixView<const float>& probabilities, double threshold);

/// Share of all rows' labels that are right, by the labels' figures of so many rows.
double label_accuracy(std::span<const ClassFigures> labels, std::size_t rows);

/// Share of the rows all labels of which are right.
double subset_accuracy(const MatrixView<const float>& targets, const MatrixView<const float>& probabilities,
                       double threshold);

/// F1 of all rows' labels together.
double micro_f1(std::span<const ClassFigures> labels);

/// Mean F1 of the labels, those that never occur included.
double mean_f1(std::span<const ClassFigures> labels);

/// A threshold just below the score of some rows, and what it would decide.
struct CurvePoint {
  float score = 0;                 ///< the lowest that says yes
  double false_positive_rate = 0;  ///< of the negative rows, those it says yes to
  double recall = 0;               ///< of the positive rows
  double precision = 0;            ///< of the rows it says yes to, the positive ones
};

/// A point for each group of the ranking, in its order. Empty without both kinds of rows.
std::vector<CurvePoint> decision_curve(std::span<const ScoreGroup> ranking);

/// The precision at each step of recall, weighted by the step. Empty without both kinds of rows.
std::optional<double> average_precision(std::span<const ScoreGroup> ranking);

}  // namespace strata
