
#include <algorithm>
#include <numeric>

#include "tests/catch.h"
#include "tests/train/lcg.h"
#include "train/classification_figures.h"

namespace train_evaluation_test {

using namespace strata;
using strata::test::Lcg;

namespace {

struct Problem {
  std::size_t rows;
  std::size_t classes;
  std::vector<float> values;
  std::vector<std::uint32_t> labels;

  MatrixView<const float> probabilities() const { return {values.data(), rows, classes}; }
};

/// The expected figures below are scikit-learn 1.9's for the same rows.
/// Weights from 1 to `weights`, divided by their sum; a label is the first of the largest in six of ten rows.
Problem problem(std::size_t rows, std::uint32_t classes, std::uint32_t seed, std::uint32_t weights = 9) {
  Problem p{rows, classes, {}, {}};
  Lcg draws{seed};
  for (std::size_t r = 0; r < rows; ++r) {
    std::vector<std::uint32_t> row(classes);
    std::ranges::generate(row, [&] { return 1 + draws.below(weights); });
    const auto sum = std::accumulate(row.begin(), row.end(), 0U);
    for (const std::uint32_t w : row) {
      p.values.push_back(static_cast<float>(w) / static_cast<float>(sum));
    }
    const auto guess = static_cast<std::uint32_t>(std::ranges::max_element(row) - row.begin());
    p.labels.push_back(draws.below(10) < 6 ? guess : draws.below(classes));
  }
  return p;
}

ConfusionMatrix confusion_of(std::span<const std::uint32_t> labels, const MatrixView<const float>& probabilities) {
  return confusion_matrix(labels, decided_classes(probabilities, probabilities.columns(), 0.5),
                          probabilities.columns());
}

std::optional<double> area(const std::vector<float>& scores, const std::vector<bool>& positive) {
  return roc_auc(ranked(scores, positive));
}

void check_figures(const std::vector<ClassFigures>& found, const std::vector<ClassFigures>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t c = 0; c < found.size(); ++c) {
    CAPTURE(c);
    CHECK(found[c].precision == Approx(expected[c].precision).epsilon(1e-15));
    CHECK(found[c].recall == Approx(expected[c].recall).epsilon(1e-15));
    CHECK(found[c].f1 == Approx(expected[c].f1).epsilon(1e-15));
    CHECK(found[c].support == expected[c].support);
    CHECK(found[c].predicted == expected[c].predicted);
  }
}

}  // namespace

TEST_CASE("figures of four classes, many probabilities equal, are scikit-learn's", "[train]") {
  const Problem p = problem(200, 4, 1);
  const ConfusionMatrix confusion = confusion_of(p.labels, p.probabilities());
  CHECK(confusion.counts == std::vector<std::size_t>{50, 2, 3, 2, 3, 46, 5, 4, 6, 3, 31, 5, 5, 5, 3, 27});
  CHECK(confusion(1, 2) == 5);
  const auto figures = class_figures(confusion);
  check_figures(figures, {{0.78125, 0.8771929824561403, 0.82644628099173556, 57, 64},
                          {0.8214285714285714, 0.7931034482758621, 0.80701754385964908, 58, 56},
                          {0.73809523809523814, 0.68888888888888888, 0.71264367816091956, 45, 42},
                          {0.71052631578947367, 0.67500000000000004, 0.69230769230769229, 40, 38}});
  CHECK(macro_f1(figures) == Approx(0.75960379882999907).epsilon(1e-15));
  CHECK(macro_auc(p.labels, p.probabilities()).value() == Approx(0.79634949903344621).epsilon(1e-15));
}

TEST_CASE("figures of two classes are scikit-learn's", "[train]") {
  const Problem p = problem(50, 2, 7);
  const auto figures = class_figures(confusion_of(p.labels, p.probabilities()));
  check_figures(figures, {{0.80769230769230771, 0.875, 0.84, 24, 26}, {0.875, 0.80769230769230771, 0.84, 26, 24}});
  CHECK(macro_f1(figures) == Approx(0.84).epsilon(1e-15));
  CHECK(macro_auc(p.labels, p.probabilities()).value() == Approx(0.77644230769230782).epsilon(1e-15));
}

TEST_CASE("top-k accuracy is scikit-learn's where no probabilities are equal", "[train]") {
  const Problem p = problem(150, 5, 3, 20000);
  CHECK(macro_auc(p.labels, p.probabilities()).value() == Approx(0.77169241111277631).epsilon(1e-15));
  const std::size_t hits[] = {102, 112, 123, 133, 150};
  for (std::size_t k = 1; k <= 5; ++k) {
    CAPTURE(k);
    CHECK(top_k_accuracy(p.labels, p.probabilities(), k) == static_cast<double>(hits[k - 1]) / 150);
  }
}

TEST_CASE("top-1 accuracy is that of the confusion matrix, also where probabilities are equal", "[train]") {
  const Problem p = problem(200, 4, 1);
  CHECK(top_k_accuracy(p.labels, p.probabilities(), 1) == (50.0 + 46 + 31 + 27) / 200);
  CHECK(top_k_accuracy(p.labels, p.probabilities(), 4) == 1);
  const std::vector<float> even(8, 0.25F);
  const MatrixView<const float> rows(even.data(), 2, 4);
  CHECK(top_k_accuracy(std::vector<std::uint32_t>{0, 2}, rows, 1) == 0.5);
  CHECK(top_k_accuracy(std::vector<std::uint32_t>{0, 2}, rows, 3) == 1);
}

TEST_CASE("the AUC is the share of pairs in order, ties counting half", "[train]") {
  const Problem p = problem(120, 3, 11, 4);
  for (std::uint32_t c = 0; c < 3; ++c) {
    std::vector<float> scores;
    std::vector<bool> positive;
    for (std::size_t r = 0; r < p.rows; ++r) {
      scores.push_back(p.values[3 * r + c]);
      positive.push_back(p.labels[r] == c);
    }
    double in_order = 0;
    double pairs = 0;
    for (std::size_t i = 0; i < p.rows; ++i) {
      for (std::size_t j = 0; j < p.rows; ++j) {
        if (positive[i] && !positive[j]) {
          in_order += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
          ++pairs;
        }
      }
    }
    CHECK(area(scores, positive).value() == Approx(in_order / pairs).epsilon(1e-15));
  }
  CHECK(area({0.1F, 0.9F}, {false, true}) == 1);
  CHECK(area({0.9F, 0.1F}, {false, true}) == 0);
  CHECK(area(std::vector<float>(7, 0.5F), {true, false, true, true, false, false, true}) == 0.5);
}

TEST_CASE("what is not defined is left out", "[train]") {
  CHECK_FALSE(area({0.1F, 0.9F}, {true, true}));
  CHECK_FALSE(area({0.1F, 0.9F}, {false, false}));
  CHECK_FALSE(area({}, {}));
  // Class 2 occurs neither as a label nor as a prediction: precision, recall and F1 are 0, the means do without it.
  const std::vector<float> values{0.7F, 0.3F, 0.0F, 0.2F, 0.8F, 0.0F, 0.4F, 0.6F, 0.0F};
  const std::vector<std::uint32_t> labels{0, 1, 0};
  const MatrixView<const float> probabilities(values.data(), 3, 3);
  const auto figures = class_figures(confusion_of(labels, probabilities));
  check_figures(figures, {{1, 0.5, 2.0 / 3, 2, 1}, {0.5, 1, 2.0 / 3, 1, 2}, {0, 0, 0, 0, 0}});
  CHECK(macro_f1(figures) == Approx(2.0 / 3).epsilon(1e-15));
  CHECK(macro_auc(labels, probabilities).value() == 1);
  CHECK_FALSE(macro_auc(std::vector<std::uint32_t>{1, 1, 1}, probabilities));
  CHECK(macro_f1({}) == 0);
  CHECK(top_k_accuracy({}, MatrixView<const float>(values.data(), 0, 3), 1) == 0);
}

TEST_CASE("rows may lie apart", "[train]") {
  const std::vector<float> values{0.7F, 0.3F, 9.0F, 0.2F, 0.8F, 9.0F};
  const MatrixView<const float> probabilities(values.data(), 2, 2, 3);
  const std::vector<std::uint32_t> labels{0, 1};
  CHECK(confusion_of(labels, probabilities).counts == std::vector<std::size_t>{1, 0, 0, 1});
  CHECK(macro_auc(labels, probabilities) == 1);
  CHECK(top_k_accuracy(labels, probabilities, 1) == 1);
}

}  // namespace train_evaluation_test
