#include "train/evaluation.h"

#include <algorithm>
#include <numeric>

namespace strata {

namespace {

std::span<const float> row_of(const MatrixView<const float>& matrix, std::size_t row) {
  return {matrix.row(row), matrix.columns()};
}

double quotient(std::size_t numerator, std::size_t denominator) {
  return denominator == 0 ? 0 : static_cast<double>(numerator) / static_cast<double>(denominator);
}

/// Twice the sum of the positives' ranks from 1, equal scores sharing the mean of their ranks: a whole number.
std::uint64_t doubled_rank_sum(std::span<const float> scores, const std::vector<bool>& positive) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::size_t i) { return scores[i]; });
  std::uint64_t sum = 0;
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    std::uint64_t positives = 0;
    for (; last < order.size() && scores[order[last]] == scores[order[first]]; ++last) {
      positives += positive[order[last]] ? 1U : 0U;
    }
    sum += positives * (first + 1 + last);
  }
  return sum;
}

std::optional<double> class_auc(std::span<const std::uint32_t> labels, const MatrixView<const float>& probabilities,
                                std::uint32_t label) {
  std::vector<float> scores(labels.size());
  std::vector<bool> positive(labels.size());
  for (std::size_t row = 0; row < labels.size(); ++row) {
    scores[row] = row_of(probabilities, row)[label];
    positive[row] = labels[row] == label;
  }
  return roc_auc(scores, positive);
}

}  // namespace

ConfusionMatrix confusion_matrix(std::span<const std::uint32_t> labels, MatrixView<const float> probabilities) {
  const std::size_t classes = probabilities.columns();
  ConfusionMatrix confusion{classes, std::vector<std::size_t>(classes * classes)};
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const auto p = row_of(probabilities, row);
    const auto predicted = static_cast<std::size_t>(std::ranges::max_element(p) - p.begin());
    ++confusion.counts[labels[row] * classes + predicted];
  }
  return confusion;
}

std::vector<ClassFigures> class_figures(const ConfusionMatrix& confusion) {
  std::vector<ClassFigures> all(confusion.classes);
  for (std::size_t c = 0; c < confusion.classes; ++c) {
    ClassFigures& figures = all[c];
    for (std::size_t other = 0; other < confusion.classes; ++other) {
      figures.support += confusion(c, other);
      figures.predicted += confusion(other, c);
    }
    const std::size_t correct = confusion(c, c);
    figures.precision = quotient(correct, figures.predicted);
    figures.recall = quotient(correct, figures.support);
    figures.f1 = quotient(2 * correct, figures.support + figures.predicted);
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

std::optional<double> roc_auc(std::span<const float> scores, const std::vector<bool>& positive) {
  const auto positives = static_cast<std::uint64_t>(std::ranges::count(positive, true));
  const std::uint64_t negatives = scores.size() - positives;
  if (positives == 0 || negatives == 0) {
    return std::nullopt;
  }
  // Mann and Whitney's U, doubled: how many of the pairs are in order, ties counting half.
  const std::uint64_t u = doubled_rank_sum(scores, positive) - positives * (positives + 1);
  return static_cast<double>(u) / (2.0 * static_cast<double>(positives) * static_cast<double>(negatives));
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
