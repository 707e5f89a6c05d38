#include "train/binary_figures.h"

#include "train/decision.h"

namespace strata {

namespace {

bool are_right(const MatrixView<const float>& targets, const MatrixView<const float>& probabilities, double threshold,
               std::size_t row) {
  for (std::size_t label = 0; label < targets.columns(); ++label) {
    if (says_yes(probabilities.row(row)[label], threshold) != (targets.row(row)[label] > 0)) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::vector<float> column_of(const MatrixView<const float>& matrix, std::size_t column) {
  std::vector<float> values(matrix.rows());
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    values[row] = matrix.row(row)[column];
  }
  return values;
}

std::vector<bool> positives_of(const MatrixView<const float>& targets, std::size_t column) {
  std::vector<bool> positive(targets.rows());
  for (std::size_t row = 0; row < targets.rows(); ++row) {
    positive[row] = targets.row(row)[column] > 0;
  }
  return positive;
}

std::vector<ClassFigures> label_figures(const MatrixView<const float>& targets,
                                        const MatrixView<const float>& probabilities, double threshold) {
  std::vector<ClassFigures> all(targets.columns());
  for (std::size_t label = 0; label < all.size(); ++label) {
    std::size_t right = 0;
    std::size_t support = 0;
    std::size_t predicted = 0;
    for (std::size_t row = 0; row < targets.rows(); ++row) {
      const bool is_it = targets.row(row)[label] > 0;
      const bool yes = says_yes(probabilities.row(row)[label], threshold);
      right += is_it && yes ? 1U : 0U;
      support += is_it ? 1U : 0U;
      predicted += yes ? 1U : 0U;
    }
    all[label] = counted_figures(right, support, predicted);
  }
  return all;
}

double label_accuracy(std::span<const ClassFigures> labels, std::size_t rows) {
  std::size_t wrong = 0;
  for (const ClassFigures& label : labels) {
    wrong += label.support - label.right + label.predicted - label.right;
  }
  const std::size_t all = rows * labels.size();
  return quotient(all - wrong, all);
}

double subset_accuracy(const MatrixView<const float>& targets, const MatrixView<const float>& probabilities,
                       double threshold) {
  std::size_t right = 0;
  for (std::size_t row = 0; row < targets.rows(); ++row) {
    right += are_right(targets, probabilities, threshold, row) ? 1U : 0U;
  }
  return quotient(right, targets.rows());
}

double micro_f1(std::span<const ClassFigures> labels) {
  std::size_t right = 0;
  std::size_t counted = 0;
  for (const ClassFigures& label : labels) {
    right += label.right;
    counted += label.support + label.predicted;
  }
  return quotient(2 * right, counted);
}

double mean_f1(std::span<const ClassFigures> labels) {
  double sum = 0;
  for (const ClassFigures& label : labels) {
    sum += label.f1;
  }
  return labels.empty() ? 0 : sum / static_cast<double>(labels.size());
}

std::vector<CurvePoint> decision_curve(std::span<const ScoreGroup> ranking) {
  const BothKinds kinds = count_kinds(ranking);
  if (kinds.positives == 0 || kinds.negatives == 0) {
    return {};
  }
  std::vector<CurvePoint> points;
  std::size_t said = 0;
  std::size_t right = 0;
  for (const ScoreGroup& group : ranking) {
    said += group.rows;
    right += group.positives;
    points.push_back({group.score, quotient(said - right, kinds.negatives), quotient(right, kinds.positives),
                      quotient(right, said)});
  }
  return points;
}

std::optional<double> average_precision(std::span<const ScoreGroup> ranking) {
  const std::vector<CurvePoint> points = decision_curve(ranking);
  if (points.empty()) {
    return std::nullopt;
  }
  double sum = 0;
  double recall = 0;
  for (const CurvePoint& point : points) {
    sum += (point.recall - recall) * point.precision;
    recall = point.recall;
  }
  return sum;
}

}  // namespace strata
