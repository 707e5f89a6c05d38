#include "train/unit_statistics.h"

#include <algorithm>
#include <cmath>

#include "kernels/panels/dense.h"

namespace strata {

namespace {

constexpr float kFlat = 0.01F;

/// The network up to the sums of hidden layer `layer`, which no activation has changed.
ModelSpec cut_after(const ModelSpec& model, std::size_t layer) {
  const auto below = model.hidden.begin();
  return {.inputs = model.inputs,
          .hidden = {below, below + static_cast<std::ptrdiff_t>(layer)},
          .outputs = model.hidden[layer],
          .activation = model.activation};
}

AlignedVector<float> sums_of_layer(const ModelSpec& model, const Parameters& parameters, const Scaler& scaler,
                                   const SamplesView& samples, std::span<const std::uint32_t> rows,
                                   const ComputeChoice& compute) {
  Parameters own(model.layers());
  std::copy_n(parameters.values().begin(), own.values().size(), own.values().begin());
  const Task numbers{.objective = {.kind = ObjectiveKind::mse}};
  AlignedVector<float> sums(rows.size() * model.outputs);
  make_inference_engine(model, numbers, own, scaler, compute)
      ->predict(samples, rows, {sums.data(), rows.size(), model.outputs});
  return sums;
}

UnitStatistics statistics_of(const Activation& activation, MatrixView<const float> sums) {
  const AlignedVector<float> slopes_of_units = slopes(activation, {sums.data(), sums.rows() * sums.columns()});
  const MatrixView<const float> slope(slopes_of_units.data(), sums.rows(), sums.columns());
  std::size_t dead = 0;
  std::size_t flat = 0;
  for (std::size_t unit = 0; unit < sums.columns(); ++unit) {
    std::size_t of_unit = 0;
    for (std::size_t row = 0; row < sums.rows(); ++row) {
      of_unit += slope(row, unit) < kFlat ? 1 : 0;
    }
    flat += of_unit;
    dead += of_unit == sums.rows() ? 1 : 0;
  }
  const bool by_design = kernels::entry_of(activation.kind).flatness == kernels::Flatness::meant;
  const auto units = static_cast<double>(sums.columns());
  return {static_cast<double>(dead) / units,
          by_design ? 0.0 : static_cast<double>(flat) / units / static_cast<double>(sums.rows())};
}

std::vector<std::uint32_t> some_of(std::span<const std::uint32_t> rows) {
  const std::size_t count = std::min(rows.size(), kMostUnitRows);
  std::vector<std::uint32_t> some;
  for (std::size_t i = 0; i < count; ++i) {
    some.push_back(rows[i * rows.size() / count]);
  }
  return some;
}

}  // namespace

AlignedVector<float> slopes(const Activation& activation, std::span<const float> sums) {
  namespace panels = kernels::panels;
  const std::size_t rows = panels::blocks_of(sums.size());  // one block of features, one line a row
  AlignedVector<float> values(rows * panels::kWidth);
  std::ranges::copy(sums, values.begin());
  AlignedVector<float> inputs(values.size());
  AlignedVector<float> slopes(values.size(), 1.0F);
  const panels::Blocked activated{values.data(), rows};
  const panels::Blocked kept{inputs.data(), rows};
  panels::activate(activation, activated, kept, {0, rows}, {0, 1});
  panels::multiply_by_derivative(activation, activated, kept, {slopes.data(), rows}, {0, rows}, {0, 1});
  slopes.resize(sums.size());
  std::ranges::transform(slopes, slopes.begin(), [](float slope) { return std::abs(slope); });
  return slopes;
}

std::vector<UnitStatistics> unit_statistics(const ModelSpec& model, const Parameters& parameters, const Scaler& scaler,
                                            const SamplesView& samples, std::span<const std::uint32_t> rows,
                                            const ComputeChoice& compute) {
  const std::vector<std::uint32_t> some = some_of(rows);
  std::vector<UnitStatistics> statistics;
  for (std::size_t layer = 0; layer < model.hidden.size() && !some.empty(); ++layer) {
    const AlignedVector<float> sums =
        sums_of_layer(cut_after(model, layer), parameters, scaler, samples, some, compute);
    statistics.push_back(statistics_of(model.activation, {sums.data(), some.size(), model.hidden[layer]}));
  }
  return statistics;
}

}  // namespace strata
