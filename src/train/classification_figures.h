// What probabilities of classes and of labels decide, and what that says of a classifier: confusion matrix, figures of
// each class, F1, curves and the areas under them. Files, pages and figures all decide by the one rule that stands
// here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/tensor.h"

namespace strata {

// Probabilities are finite: (rows, classes) of classes, (rows, labels) of labels. All definitions are scikit-learn's; a
// quotient by 0 is 0. All results are the same whatever computes them: counts are whole numbers, and sums run over
// classes in ascending order.

// What is decided

/// What a threshold makes of a probability: yes above it. Both are fp32 here, as in the losses' kernels and in exported
/// graphs, so that a probability that is the threshold itself says no to all of them.
inline bool says_yes(float probability, double threshold) { return probability > static_cast<float>(threshold); }

/// A row's class: of two classes by one output, the second one's probability, by the threshold; else the first of the
/// most probable ones.
std::uint32_t decided_class(std::span<const float> probabilities, std::size_t classes, double threshold);

/// Each row's; probabilities are (rows, outputs).
std::vector<std::uint32_t> decided_classes(const MatrixView<const float>& probabilities, std::size_t classes,
                                           double threshold);

// Of classes: labels are (rows), each below classes

/// 0 if the denominator is.
double quotient(std::size_t numerator, std::size_t denominator);

/// counts[true class * classes + predicted class].
struct ConfusionMatrix {
  std::size_t classes = 0;
  std::vector<std::size_t> counts;

  std::size_t operator()(std::size_t label, std::size_t predicted) const { return counts[label * classes + predicted]; }
};

/// Of predicted classes (rows), each below `classes` as the labels are.
ConfusionMatrix confusion_matrix(std::span<const std::uint32_t> labels, std::span<const std::uint32_t> predicted,
                                 std::size_t classes);

/// Figures of one class.
struct ClassFigures {
  double precision = 0;       ///< of the rows predicted as the class, those of the class
  double recall = 0;          ///< of the class's rows, those predicted as it
  double f1 = 0;              ///< harmonic mean of the two
  std::size_t support = 0;    ///< rows of the class
  std::size_t predicted = 0;  ///< rows predicted as the class
  std::size_t right = 0;      ///< those of them that are of the class
};

/// The figures that follow from three counts.
ClassFigures counted_figures(std::size_t right, std::size_t support, std::size_t predicted);

std::vector<ClassFigures> class_figures(const ConfusionMatrix& confusion);

/// Mean F1 of the classes that occur, as a label or as a prediction.
double macro_f1(std::span<const ClassFigures> figures);

/// Share of the rows whose label is among the k most probable classes; of equal ones the lower index comes first.
double top_k_accuracy(std::span<const std::uint32_t> labels, MatrixView<const float> probabilities, std::size_t k);

// Of scores, which are finite

/// The rows of one score.
struct ScoreGroup {
  float score = 0;
  std::size_t rows = 0;
  std::size_t positives = 0;  ///< of them
};

/// The groups of equal scores, the highest first: what curves and the areas under them are read from. O(n log n).
std::vector<ScoreGroup> ranked(std::span<const float> scores, const std::vector<bool>& positive);

/// Positive rows in all, and the others.
struct BothKinds {
  std::size_t positives = 0;
  std::size_t negatives = 0;
};
BothKinds count_kinds(std::span<const ScoreGroup> ranking);

/// Area under the ROC curve: the chance that a positive row has a higher score than a negative one, a tie counting
/// half. Empty without both kinds of rows.
std::optional<double> roc_auc(std::span<const ScoreGroup> ranking);

/// Two classes: the AUC of the second one's probability. More: the mean over classes of each against the rest; classes
/// without rows, or with all of them, are left out. Empty if that leaves none.
std::optional<double> macro_auc(std::span<const std::uint32_t> labels, MatrixView<const float> probabilities);

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

// Of labels: their targets are (rows, labels), 0 or 1

/// Column `column` of a matrix.
std::vector<float> column_of(const MatrixView<const float>& matrix, std::size_t column);

/// Whether each row has the label of that column of targets.
std::vector<bool> positives_of(const MatrixView<const float>& targets, std::size_t column);

/// Figures of each label.
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

}  // namespace strata
