#include "train/classification_figures.h"

#include <algorithm>
#include <numeric>

namespace strata {

namespace {

std::span<const float> row_of(const MatrixView<const float>& matrix, std::size_t row) {
  return {matrix.row(row), matrix.columns()};
}

std::optional<double> class_auc(std::span<const std::uint32_t> labels, const MatrixView<const float>& probabilities,
                                std::uint32_t label) {
  std::vector<float> scores(labels.size());
  std::vector<bool> positive(labels.size());
  for (std::size_t row = 0; row < labels.size(); ++row) {
    scores[row] = row_of(probabilities, row)[label];
    positive[row] = labels[row] == label;
  }
  return roc_auc(ranked(scores, positive));
}

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

std::uint32_t decided_class(std::span<const float> probabilities, std::size_t classes, double threshold) {
  if (probabilities.size() < classes) {
    return says_yes(probabilities[0], threshold) ? 1 : 0;
  }
  return static_cast<std::uint32_t>(std::ranges::max_element(probabilities) - probabilities.begin());
}

std::vector<std::uint32_t> decided_classes(const MatrixView<const float>& probabilities, std::size_t classes,
                                           double threshold) {
  std::vector<std::uint32_t> decided(probabilities.rows());
  for (std::size_t row = 0; row < decided.size(); ++row) {
    decided[row] = decided_class({probabilities.row(row), probabilities.columns()}, classes, threshold);
  }
  return decided;
}

double quotient(std::size_t numerator, std::size_t denominator) {
  return denominator == 0 ? 0 : static_cast<double>(numerator) / static_cast<double>(denominator);
}

ConfusionMatrix confusion_matrix(std::span<const std::uint32_t> labels, std::span<const std::uint32_t> predicted,
                                 std::size_t classes) {
  ConfusionMatrix confusion{classes, std::vector<std::size_t>(classes * classes)};
  for (std::size_t row = 0; row < labels.size(); ++row) {
    ++confusion.counts[labels[row] * classes + predicted[row]];
  }
  return confusion;
}

ClassFigures counted_figures(std::size_t right, std::size_t support, std::size_t predicted) {
  return {.precision = quotient(right, predicted),
          .recall = quotient(right, support),
          .f1 = quotient(2 * right, support + predicted),
          .support = support,
          .predicted = predicted,
          .right = right};
}

std::vector<ClassFigures> class_figures(const ConfusionMatrix& confusion) {
  std::vector<ClassFigures> all(confusion.classes);
  for (std::size_t c = 0; c < confusion.classes; ++c) {
    std::size_t support = 0;
    std::size_t predicted = 0;
    for (std::size_t other = 0; other < confusion.classes; ++other) {
      support += confusion(c, other);
      predicted += confusion(other, c);
    }
    all[c] = counted_figures(confusion(c, c), support, predicted);
  }
  return all;
}

double macro_f1(std::span<const ClassFigures> figures) {
  double sum = 0;
  std::size_t occurring = 0;
  for (const ClassFigures& c : figures) {
    sum += c.f1;
    occurring += c.support + c.predicted > 0 ? 1U : 0U;
  }
  return occurring == 0 ? 0 : sum / static_cast<double>(occurring);
}

double top_k_accuracy(std::span<const std::uint32_t> labels, MatrixView<const float> probabilities, std::size_t k) {
  std::size_t hits = 0;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const auto p = row_of(probabilities, row);
    const float own = p[labels[row]];
    std::size_t ahead = 0;
    for (std::size_t c = 0; c < p.size(); ++c) {
      const bool first_of_equals = c < labels[row] && p[c] == own;
      ahead += p[c] > own || first_of_equals ? 1U : 0U;
    }
    hits += ahead < k ? 1U : 0U;
  }
  return quotient(hits, labels.size());
}

std::vector<ScoreGroup> ranked(std::span<const float> scores, const std::vector<bool>& positive) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, std::ranges::greater{}, [&](std::size_t i) { return scores[i]; });
  std::vector<ScoreGroup> groups;
  for (const std::size_t row : order) {
    if (groups.empty() || groups.back().score != scores[row]) {
      groups.push_back({.score = scores[row]});
    }
    ++groups.back().rows;
    groups.back().positives += positive[row] ? 1U : 0U;
  }
  return groups;
}

BothKinds count_kinds(std::span<const ScoreGroup> ranking) {
  BothKinds kinds;
  for (const ScoreGroup& group : ranking) {
    kinds.positives += group.positives;
    kinds.negatives += group.rows - group.positives;
  }
  return kinds;
}

std::optional<double> roc_auc(std::span<const ScoreGroup> ranking) {
  const BothKinds kinds = count_kinds(ranking);
  if (kinds.positives == 0 || kinds.negatives == 0) {
    return std::nullopt;
  }
  // Mann and Whitney's U, doubled: how many of the pairs are in order, ties counting half.
  std::uint64_t doubled = 0;
  std::uint64_t below = kinds.negatives;
  for (const ScoreGroup& group : ranking) {
    const std::uint64_t tied = group.rows - group.positives;
    below -= tied;
    doubled += group.positives * (2 * below + tied);
  }
  return static_cast<double>(doubled) /
         (2.0 * static_cast<double>(kinds.positives) * static_cast<double>(kinds.negatives));
}

std::optional<double> macro_auc(std::span<const std::uint32_t> labels, MatrixView<const float> probabilities) {
  const std::size_t classes = probabilities.columns();
  if (classes == 2) {
    return class_auc(labels, probabilities, 1);
  }
  double sum = 0;
  std::size_t counted = 0;
  for (std::uint32_t c = 0; c < classes; ++c) {
    if (const auto auc = class_auc(labels, probabilities, c)) {
      sum += *auc;
      ++counted;
    }
  }
  return counted == 0 ? std::nullopt : std::optional(sum / static_cast<double>(counted));
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

}  // namespace strata
