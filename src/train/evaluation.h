// What class probabilities say about a classifier: confusion matrix, per-class figures, F1, ROC AUC, top-k accuracy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/tensor.h"

namespace strata {

/// 0 if the denominator is.
double quotient(std::size_t numerator, std::size_t denominator);

// Probabilities are (rows, classes) and finite; labels are (rows), each below classes. All results are the same
// whatever computes them: counts are whole numbers, and sums run over classes in ascending order.

/// counts[true class * classes + predicted class].
struct ConfusionMatrix {
  std::size_t classes = 0;
  std::vector<std::size_t> counts;

  std::size_t operator()(std::size_t label, std::size_t predicted) const { return counts[label * classes + predicted]; }
};

/// Of predicted classes (rows), each below `classes` as the labels are (train/decision.h).
ConfusionMatrix confusion_matrix(std::span<const std::uint32_t> labels, std::span<const std::uint32_t> predicted,
                                 std::size_t classes);

/// Figures of one class; a quotient by 0 is 0, as in scikit-learn.
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

/// Share of the rows whose label is among the k most probable classes; of equal ones the lower index comes first.
double top_k_accuracy(std::span<const std::uint32_t> labels, MatrixView<const float> probabilities, std::size_t k);

}  // namespace strata
