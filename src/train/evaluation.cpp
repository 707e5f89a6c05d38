#include "train/evaluation.h"

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

}  // namespace

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

}  // namespace strata
