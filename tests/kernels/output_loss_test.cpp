#include "kernels/output_loss.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tests/catch.h"
#include "tests/kernels/random_values.h"
#include "tests/oracle/reference.h"

namespace kernels_output_loss_test {

using namespace strata;
using namespace strata::kernels;
using namespace strata::test;

namespace {

constexpr std::array kKinds{LossKind::binary_cross_entropy, LossKind::mse, LossKind::mae, LossKind::huber,
                            LossKind::quantile};

/// Of output o: delta of huber, q of quantile.
double constant_of(LossKind kind, std::size_t o) {
  return kind == LossKind::huber ? 0.5 + 0.25 * static_cast<double>(o) : 0.1 + 0.8 / (1 + static_cast<double>(o));
}

OutputLoss loss_of(LossKind kind, std::size_t outputs) {
  OutputLoss loss{.kind = kind};
  for (std::size_t o = 0; o < outputs; ++o) {
    const double constant = constant_of(kind, o);
    loss.outputs.push_back(
        {.first = static_cast<float>(constant),
         .second = static_cast<float>(kind == LossKind::huber ? constant * constant / 2 : 1 - constant),
         .unit = 1.0F + static_cast<float>(o)});
  }
  return loss;
}

/// Numbers, or 0 and 1.
std::vector<float> targets_of(LossKind kind, std::size_t size) {
  const auto ones = random_integers(size, 2, 9);
  return kind == LossKind::binary_cross_entropy ? std::vector<float>(ones.begin(), ones.end())
                                                : random_floats(size, -3, 3, 9);
}

struct Result {
  std::vector<float> losses;
  std::vector<float> figures;
  std::vector<float> diff;

  bool operator==(const Result&) const = default;
};

/// The kernel on rows (rows, outputs), `part` rows at a time; the number of rows divides.
Result run(const OutputLoss& loss, const std::vector<float>& outputs, const std::vector<float>& targets,
           std::size_t part, std::span<const float> weights = {}) {
  const std::size_t count = loss.outputs.size();
  const std::size_t rows = outputs.size() / count;
  const std::size_t columns = targets.size() / rows;
  Result result{std::vector<float>(rows), std::vector<float>(rows), std::vector<float>(outputs.size())};
  for (std::size_t first = 0; first < rows; first += part) {
    const std::size_t size = std::min(part, rows - first);
    output_loss(loss, {outputs.data() + first * count, size, count}, {targets.data() + first * columns, size, columns},
                weights.empty() ? weights : weights.subspan(first, size),
                static_cast<float>(rows) * static_cast<float>(count), {result.diff.data() + first * count, size, count},
                std::span(result.losses).subspan(first, size), std::span(result.figures).subspan(first, size));
  }
  return result;
}

reference::OutputLossOptions options_of(LossKind kind, std::size_t outputs) {
  reference::OutputLossOptions options{.kind = kind};
  for (std::size_t o = 0; o < outputs; ++o) {
    options.constants.push_back(constant_of(kind, o));
  }
  return options;
}

}  // namespace

TEST_CASE("the oracle's losses have the slopes that central differences find", "[kernels]") {
  constexpr double kStep = 1e-4;
  for (const LossKind kind : kKinds) {
    const double constant = constant_of(kind, 0);
    for (const float at : random_floats(200, -4, 4, 3)) {
      const double z = at;
      const double y = kind == LossKind::binary_cross_entropy ? (at > 1 ? 1 : at > 0 ? 0.05 : 0) : 0.3;
      const double distance = std::min(std::fabs(z - y), std::fabs(std::fabs(z - y) - constant));
      if (distance < 3 * kStep) {  // near a kink
        continue;
      }
      const auto loss = [&](double x) { return reference::loss_of_output(kind, constant, x, y); };
      const double slope =
          (8 * (loss(z + kStep) - loss(z - kStep)) - (loss(z + 2 * kStep) - loss(z - 2 * kStep))) / 12 / kStep;
      CAPTURE(static_cast<int>(kind), z, y);
      CHECK(reference::loss_derivative(kind, constant, z, y) == Approx(slope).epsilon(1e-6).margin(1e-9));
    }
  }
}

TEST_CASE("losses of outputs are the oracle's, at any number of rows and outputs", "[kernels]") {
  for (const LossKind kind : kKinds) {
    for (const std::size_t outputs : {1U, 2U, 3U, 17U, 40U}) {
      for (const std::size_t rows : {1U, 2U, 15U, 16U, 17U, 65U}) {
        CAPTURE(static_cast<int>(kind), outputs, rows);
        const auto values = random_floats(rows * outputs, -5, 5, outputs);
        const auto targets = targets_of(kind, rows * outputs);
        const auto weights = random_floats(rows, 0, 3, 7);
        for (const bool weighed : {false, true}) {
          auto options = options_of(kind, outputs);
          options.row_weights = weighed ? to_double(weights) : std::vector<double>();
          const auto exact = reference::output_loss(to_double(values), to_double(targets), options);
          const Result result = run(loss_of(kind, outputs), values, targets, rows,
                                    weighed ? std::span(weights) : std::span<const float>());
          // A chain of `outputs` terms, each right to some roundoffs of the largest, which is below 64.
          const double bound = (static_cast<double>(outputs) + 8) * 64 * kRoundoff;
          for (std::size_t r = 0; r < rows; ++r) {
            CHECK(std::fabs(result.losses[r] - exact.row_losses[r]) < bound);
          }
          for (std::size_t i = 0; i < result.diff.size(); ++i) {
            CHECK(std::fabs(result.diff[i] - exact.diff_outputs[i]) < 64 * 8 * kRoundoff / static_cast<double>(rows));
          }
        }
      }
    }
  }
}

TEST_CASE("a row's loss has the same bits whatever rows stand beside it, and may overwrite the outputs", "[kernels]") {
  for (const LossKind kind : kKinds) {
    const std::size_t rows = 37;
    const std::size_t outputs = 5;
    const auto values = random_floats(rows * outputs, -5, 5, 1);
    const auto targets = targets_of(kind, rows * outputs);
    const auto weights = random_floats(rows, 0, 3, 7);
    const OutputLoss loss = loss_of(kind, outputs);
    const Result whole = run(loss, values, targets, rows, weights);
    for (const std::size_t part : {1U, 7U, 16U, 20U}) {
      CHECK(run(loss, values, targets, part, weights) == whole);
    }
    auto in_place = values;
    const MatrixView<float> view(in_place.data(), rows, outputs);
    Result again = whole;
    output_loss(loss, view, {targets.data(), rows, outputs}, weights, static_cast<float>(rows * outputs), view,
                again.losses, again.figures);
    again.diff = in_place;
    CHECK(again == whole);
    Result without = whole;
    output_loss(loss, {values.data(), rows, outputs}, {targets.data(), rows, outputs}, weights, 1, {}, without.losses,
                without.figures);
    CHECK(without == whole);
  }
}

TEST_CASE("several outputs may share one target", "[kernels]") {
  const OutputLoss loss = loss_of(LossKind::quantile, 3);
  const auto values = random_floats(3 * 20, -5, 5, 1);
  const auto shared = random_floats(20, -3, 3, 2);
  std::vector<float> apart;
  for (const float target : shared) {
    apart.insert(apart.end(), 3, target);
  }
  CHECK(run(loss, values, shared, 20) == run(loss, values, apart, 20));
}

TEST_CASE("quick figures are errors in the targets' units, or the share of what is right", "[kernels]") {
  const OutputLoss mse = loss_of(LossKind::mse, 2);  // units 1 and 2
  CHECK(run(mse, {1.5F, -1, 0, 0}, {1, 1, 0, 0}, 2).figures == std::vector<float>{(0.5F + 4) / 2, 0});
  OutputLoss labels = loss_of(LossKind::binary_cross_entropy, 4);
  CHECK(run(labels, {1, -1, 2, 0}, {1, 1, 1, 0}, 1).figures == std::vector<float>{0.75F});  // at 0.5 it says no
  labels.threshold = 0.8F;                                                                  // reached at 1.39
  CHECK(run(labels, {1, -1, 2, 0}, {1, 1, 1, 0}, 1).figures == std::vector<float>{0.5F});
  labels.threshold = 0;
  CHECK(run(labels, {1, -1, 2, 0}, {1, 1, 1, 0}, 1).figures == std::vector<float>{0.75F});
}

TEST_CASE("smoothed targets lie between 0 and 1", "[kernels]") {
  OutputLoss loss = loss_of(LossKind::binary_cross_entropy, 2);
  loss.yes = 0.9F;
  loss.no = 0.1F;
  auto options = options_of(LossKind::binary_cross_entropy, 2);
  options.label_smoothing = 0.2;
  const Result result = run(loss, {0.7F, -3}, {1, 0}, 1);
  const auto exact = reference::output_loss(std::vector<double>{double{0.7F}, -3}, std::vector<double>{1, 0}, options);
  CHECK(result.losses[0] == Approx(exact.row_losses[0]).epsilon(1e-6));
  CHECK(result.diff[0] == Approx(exact.diff_outputs[0]).epsilon(1e-6));
  CHECK(result.diff[1] == Approx(exact.diff_outputs[1]).epsilon(1e-6));
  CHECK(result.figures[0] == 1);
}

TEST_CASE("losses of extreme outputs stay finite, and have no gradient where they are right", "[kernels]") {
  const OutputLoss loss = loss_of(LossKind::binary_cross_entropy, 4);
  const Result result = run(loss, {1000, -1000, 1000, -1000}, {1, 0, 0, 1}, 1);
  CHECK(result.losses[0] == 500);
  CHECK(result.diff == std::vector<float>{0, 0, 0.25F, -0.25F});
  for (const LossKind kind : {LossKind::mse, LossKind::mae, LossKind::huber, LossKind::quantile}) {
    const Result exact = run(loss_of(kind, 1), {2.5F}, {2.5F}, 1);
    CHECK(exact.losses[0] == 0);
    CHECK(exact.diff[0] == 0);
  }
}

TEST_CASE("outputs become probabilities, or numbers in the targets' units", "[kernels]") {
  const auto values = random_floats(21 * 3, -9, 9, 1);
  std::vector<float> mapped(values.size());
  const MatrixView<float> view(mapped.data(), 21, 3);
  sigmoid_rows({values.data(), 21, 3}, view);
  for (std::size_t i = 0; i < values.size(); ++i) {
    CHECK(mapped[i] == Approx(1 / (1 + std::exp(-double{values[i]}))).epsilon(1e-6));
  }
  const std::vector<float> mean{1, 2, 3};
  const std::vector<float> scale{10, 20, 30};
  rescale_rows({values.data(), 21, 3}, mean, scale, view);
  for (std::size_t i = 0; i < values.size(); ++i) {
    CHECK(mapped[i] == std::fma(values[i], scale[i % 3], mean[i % 3]));
  }
  rescale_rows({values.data(), 21, 3}, std::span(mean).first(1), std::span(scale).first(1), view);
  CHECK(mapped[5] == std::fma(values[5], 10.0F, 1.0F));
  rescale_rows({values.data(), 21, 3}, {}, {}, view);
  CHECK(mapped == values);
}

}  // namespace kernels_output_loss_test
