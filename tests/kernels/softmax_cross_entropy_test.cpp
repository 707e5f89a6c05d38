#include "kernels/softmax_cross_entropy.h"

#include <cmath>
#include <limits>

#include "kernels/denormals.h"
#include "tests/catch.h"
#include "tests/kernels/random_values.h"
#include "tests/oracle/reference.h"

namespace kernels_softmax_cross_entropy_test {

using namespace strata;
using namespace strata::kernels;
using namespace strata::test;

namespace {

struct Result {
  std::vector<float> row_losses;
  std::vector<float> diff_logits;
  std::size_t correct = 0;

  bool operator==(const Result&) const = default;
};

/// The kernel on rows (rows, classes), `part` rows at a time; the number of all rows divides.
Result run(const std::vector<float>& logits, const std::vector<std::uint32_t>& labels, std::size_t part,
           const ClassTargets* targets = nullptr) {
  const std::size_t rows = labels.size();
  const std::size_t classes = logits.size() / rows;
  Result result{std::vector<float>(rows), std::vector<float>(logits.size()), 0};
  std::vector<float> scratch(softmax_scratch_size(classes));
  for (std::size_t first = 0; first < rows; first += part) {
    const std::size_t count = std::min(part, rows - first);
    result.correct += softmax_cross_entropy({logits.data() + first * classes, count, classes},
                                            std::span(labels).subspan(first, count), static_cast<float>(rows),
                                            {result.diff_logits.data() + first * classes, count, classes},
                                            std::span(result.row_losses).subspan(first, count), scratch, targets);
  }
  return result;
}

Result run(const std::vector<float>& logits, const std::vector<std::uint32_t>& labels) {
  return run(logits, labels, labels.size());
}

/// The largest error in units of its bound.
///
/// exp is right to 2 ulp, 4 roundoffs u, and its argument z - M to u |z - M|: a term e_c has the relative error
/// (4 + d_c) u with d_c = M - z_c. The chain of additions adds (classes - 1) u. So the sum has the relative error
/// D = (3 + classes + sum_c e_c d_c / sum_c e_c) u, an absolute one of its logarithm; log adds 4 u |log s|, the two
/// differences u |z_y - M| and u |loss|. A probability's relative error is D + (4 + d_c) u + u for the division; the
/// subtraction of 1 and the division by the batch add 2 u. Everything tiny is flushed to zero.
double worst_error(const std::vector<float>& logits, const std::vector<std::uint32_t>& labels, const Result& result) {
  constexpr double kTiny = 2 * double{std::numeric_limits<float>::min()};
  const std::size_t rows = labels.size();
  const std::size_t classes = logits.size() / rows;
  const auto exact = reference::softmax_cross_entropy(to_double(logits), labels);
  double worst = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    const float* z = logits.data() + r * classes;
    const double* p = exact.probabilities.data() + r * classes;
    const double maximum = z[exact.predicted[r]];
    double mean_depth = 0;
    for (std::size_t c = 0; c < classes; ++c) {
      mean_depth += p[c] * (maximum - z[c]);
    }
    const double sum_error = (3 + static_cast<double>(classes) + mean_depth) * kRoundoff;
    const double margin = maximum - z[labels[r]];
    const double loss = exact.row_losses[r];
    const double bound = sum_error + kRoundoff * (4 * std::log(static_cast<double>(classes)) + margin + loss) + kTiny;
    worst = std::max(worst, std::fabs(result.row_losses[r] - loss) / (1.01 * bound));
    for (std::size_t c = 0; c < classes; ++c) {
      const double difference = std::fabs(p[c] - (c == labels[r] ? 1 : 0));
      const double diff_bound = p[c] * (sum_error + (5 + maximum - z[c]) * kRoundoff) + 2 * kRoundoff * difference;
      const double error = std::fabs(result.diff_logits[r * classes + c] - exact.diff_logits[r * classes + c]);
      worst = std::max(worst, error / (1.01 * diff_bound / static_cast<double>(rows) + kTiny));
    }
  }
  return worst;
}

std::size_t exact_correct(const std::vector<float>& logits, const std::vector<std::uint32_t>& labels) {
  const auto predicted = reference::softmax_cross_entropy(to_double(logits), labels).predicted;
  std::size_t correct = 0;
  for (std::size_t r = 0; r < labels.size(); ++r) {
    correct += predicted[r] == labels[r] ? 1U : 0U;
  }
  return correct;
}

void check_case(std::size_t rows, std::size_t classes, double spread) {
  CAPTURE(rows, classes, spread);
  const auto logits = random_floats(rows * classes, -spread, spread, rows * 1000 + classes);
  const auto labels = random_integers(rows, classes, rows + classes);
  const Result result = run(logits, labels);
  CHECK(worst_error(logits, labels, result) <= 1);
  CHECK(result.correct == exact_correct(logits, labels));
}

}  // namespace

TEST_CASE("losses and gradients keep the bound of their sums", "[kernels]") {
  const DenormalsFlushed flushed;
  for (std::size_t rows = 1; rows <= 70; ++rows) {
    for (const std::size_t classes : {1U, 2U, 3U, 10U, 17U, 62U}) {
      check_case(rows, classes, 5);
    }
  }
  for (const double spread : {1e-3, 1.0, 30.0, 1e4}) {
    for (const std::size_t classes : {2U, 10U, 1000U}) {
      check_case(100, classes, spread);
    }
  }
  check_case(1000, 10, 8);
}

TEST_CASE("equal logits have the loss log classes, and the first class is predicted", "[kernels]") {
  for (const std::size_t classes : {1U, 2U, 10U, 62U, 1000U}) {
    for (const float value : {0.0F, -1e4F, 1e4F, 3.3F}) {
      CAPTURE(classes, value);
      const std::vector<float> logits(2 * classes, value);
      const std::vector<std::uint32_t> labels{0, static_cast<std::uint32_t>(classes - 1)};
      const Result result = run(logits, labels);
      CHECK(result.row_losses[0] == Approx(std::log(static_cast<double>(classes))).margin(1e-7));
      CHECK(result.row_losses[1] == result.row_losses[0]);
      CHECK(result.correct == (classes == 1 ? 2 : 1));
    }
  }
}

TEST_CASE("of equal largest logits the first counts", "[kernels]") {
  const std::vector<float> logits{1, 5, 5, 2, /**/ 5, 1, 1, 5, /**/ 0, 1, 2, 2};
  CHECK(run(logits, {1, 0, 2}).correct == 3);
  CHECK(run(logits, {2, 3, 3}).correct == 0);
}

TEST_CASE("a certain row loses nothing, a hopeless one its margin", "[kernels]") {
  const std::vector<float> logits{1e4F, -1e4F, 0.0F, /**/ 1e4F, -1e4F, 0.0F};
  const Result result = run(logits, {0, 1});
  CHECK(result.row_losses[0] == 0.0F);
  CHECK(result.row_losses[1] == 2e4F);
  CHECK(std::vector<float>(result.diff_logits.begin(), result.diff_logits.begin() + 3) == std::vector<float>(3, 0.0F));
  CHECK(result.diff_logits[3] == 0.5F);
  CHECK(result.diff_logits[4] == -0.5F);
}

TEST_CASE("logits that are not finite give a loss that is not", "[kernels]") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  for (std::size_t position = 0; position < 5; ++position) {
    for (const float bad : {kNan, kInfinity}) {
      CAPTURE(position, bad);
      std::vector<float> logits = random_floats(3 * 5, -1, 1, 1);
      logits[5 + position] = bad;
      const Result result = run(logits, {4, 2, 0});
      CHECK(std::isfinite(result.row_losses[0]));
      CHECK_FALSE(std::isfinite(result.row_losses[1]));
      CHECK(std::isfinite(result.row_losses[2]));
    }
  }
  CHECK(std::isinf(run({0, -kInfinity}, {1}).row_losses[0]));
  CHECK(run({0, -kInfinity}, {0}).row_losses[0] == 0.0F);
  CHECK_FALSE(std::isfinite(run({-kInfinity, -kInfinity}, {0}).row_losses[0]));
}

TEST_CASE("rows have the same bits in whatever parts they come", "[kernels]") {
  const auto logits = random_floats(131 * 13, -4, 4, 9);
  const auto labels = random_integers(131, 13, 9);
  const Result whole = run(logits, labels);
  for (const std::size_t part : {1U, 5U, 15U, 16U, 17U, 64U, 100U}) {
    CAPTURE(part);
    CHECK(run(logits, labels, part) == whole);
  }
}

TEST_CASE("rows that are correct have the figure 1, the others 0", "[kernels]") {
  const std::vector<float> logits{1, 2, 3, 3, 0, 3};  // of equal ones the first counts
  std::vector<float> losses(2);
  std::vector<float> figures(2);
  std::vector<float> scratch(softmax_scratch_size(3));
  const auto run_on = [&](const std::vector<std::uint32_t>& labels) {
    softmax_cross_entropy({logits.data(), 2, 3}, labels, 2, {}, losses, scratch, nullptr, {}, figures);
    return figures;
  };
  CHECK(run_on({2, 0}) == std::vector<float>{1, 1});
  CHECK(run_on({1, 2}) == std::vector<float>{0, 0});
}

TEST_CASE("the gradient may overwrite the logits, or be left out", "[kernels]") {
  const std::size_t rows = 37;
  const std::size_t classes = 11;
  const auto logits = random_floats(rows * classes, -4, 4, 5);
  const auto labels = random_integers(rows, classes, 5);
  const Result apart = run(logits, labels);
  std::vector<float> scratch(softmax_scratch_size(classes));

  std::vector<float> losses(rows);
  auto in_place = logits;
  const MatrixView<float> view(in_place.data(), rows, classes);
  CHECK(softmax_cross_entropy(view, labels, static_cast<float>(rows), view, losses, scratch) == apart.correct);
  CHECK(in_place == apart.diff_logits);
  CHECK(losses == apart.row_losses);

  std::vector<float> losses_alone(rows);
  CHECK(softmax_cross_entropy({logits.data(), rows, classes}, labels, static_cast<float>(rows), {}, losses_alone,
                              scratch) == apart.correct);
  CHECK(losses_alone == apart.row_losses);
}

TEST_CASE("the gradient is made of softmax's bits, and softmax may overwrite the logits", "[kernels]") {
  const std::size_t rows = 37;
  for (const std::size_t classes : {1U, 2U, 11U, 62U}) {
    const auto logits = random_floats(rows * classes, -4, 4, 5);
    const auto labels = random_integers(rows, classes, 5);
    std::vector<float> scratch(softmax_scratch_size(classes));
    std::vector<float> probabilities(rows * classes);
    softmax({logits.data(), rows, classes}, {probabilities.data(), rows, classes}, scratch);
    auto in_place = logits;
    softmax({in_place.data(), rows, classes}, {in_place.data(), rows, classes}, scratch);
    CHECK(in_place == probabilities);
    for (std::size_t r = 0; r < rows; ++r) {
      probabilities[r * classes + labels[r]] -= 1;
    }
    for (float& p : probabilities) {
      p /= static_cast<float>(rows);
    }
    CHECK(run(logits, labels).diff_logits == probabilities);
  }
}

namespace {

/// Targets of any kind, each loss weighed with the label's `weight`.
ClassTargets random_targets(std::size_t classes) {
  ClassTargets targets{
      random_floats(classes, 0.5, 2, 1), random_floats(classes, 0, 0.3, 2), {}, random_floats(classes, 0.2, 3, 3)};
  for (std::size_t y = 0; y < classes; ++y) {
    double total = targets.label[y];
    for (std::size_t c = 0; c < classes; ++c) {
      total += c == y ? 0.0F : targets.other[c];
    }
    targets.total.push_back(static_cast<float>(total));
  }
  return targets;
}

/// The largest error of losses and gradients, relative to the sums of their terms' sizes.
double worst_error_of_targets(const std::vector<float>& logits, const std::vector<std::uint32_t>& labels,
                              const ClassTargets& targets, const Result& result) {
  const std::size_t rows = labels.size();
  const std::size_t classes = logits.size() / rows;
  const auto exact = reference::softmax_cross_entropy(to_double(logits), labels);
  double worst = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    const std::uint32_t y = labels[r];
    const float* z = logits.data() + r * classes;
    const double maximum = z[exact.predicted[r]];
    const double log_sum = exact.row_losses[r] + (z[y] - maximum);
    const double weight = targets.weight[y];
    double loss = targets.total[y] * log_sum;
    double size = std::fabs(loss) + 1;
    for (std::size_t c = 0; c < classes; ++c) {
      const double target = c == y ? targets.label[c] : targets.other[c];
      loss -= target * (z[c] - maximum);
      size += std::fabs(target * (z[c] - maximum));
      const double p = exact.probabilities[r * classes + c];
      const double gradient = weight * (targets.total[y] * p - target) / static_cast<double>(rows);
      const double gradient_size = weight * (targets.total[y] + target) / static_cast<double>(rows);
      worst = std::max(worst, std::fabs(result.diff_logits[r * classes + c] - gradient) / gradient_size);
    }
    worst = std::max(worst, std::fabs(result.row_losses[r] - weight * loss) / (weight * size));
  }
  return worst;
}

}  // namespace

TEST_CASE("targets of every class enter loss and gradient", "[kernels]") {
  const DenormalsFlushed flushed;
  for (const std::size_t rows : {1U, 15U, 16U, 17U, 70U}) {
    for (const std::size_t classes : {2U, 3U, 10U, 17U, 62U}) {
      CAPTURE(rows, classes);
      const auto logits = random_floats(rows * classes, -5, 5, rows * 1000 + classes);
      const auto labels = random_integers(rows, classes, rows + classes);
      const ClassTargets targets = random_targets(classes);
      const Result result = run(logits, labels, rows, &targets);
      // A chain of one fused operation a class and a sum of exponentials as long; a few roundings besides.
      CHECK(worst_error_of_targets(logits, labels, targets, result) <
            (2 * static_cast<double>(classes) + 20) * kRoundoff);
      CHECK(result.correct == exact_correct(logits, labels));
      CHECK(run(logits, labels, 5, &targets) == result);
    }
  }
}

TEST_CASE("targets that are the label alone give the plain loss, bit for bit", "[kernels]") {
  const DenormalsFlushed flushed;
  for (const std::size_t classes : {2U, 10U, 62U}) {
    const auto logits = random_floats(50 * classes, -9, 9, classes);
    const auto labels = random_integers(50, classes, classes);
    const std::vector<float> ones(classes, 1.0F);
    const ClassTargets targets{ones, std::vector<float>(classes, 0.0F), ones, ones};
    CHECK(run(logits, labels, 50, &targets) == run(logits, labels));
  }
}

}  // namespace kernels_softmax_cross_entropy_test
