#include "train/unit_statistics.h"

#include <cmath>
#include <numeric>
#include <vector>

#include "tests/catch.h"

namespace train_unit_statistics_test {

using namespace strata;

namespace {

/// Two layers of two units over one feature, of which `dead` lies far below 0 for every row.
struct SmallNetwork {
  ModelSpec model;
  Parameters parameters;
  Scaler scaler{.mean = {0}, .scale = {1}};
  Dataset data;
  std::vector<std::uint32_t> rows;

  explicit SmallNetwork(kernels::ActivationKind kind)
      : model{.inputs = 1, .hidden = {2, 2}, .outputs = 1, .activation = {kind, 1}}, parameters(model.layers()) {
    data.features = 1;
    AlignedVector<float> values(64);
    for (std::size_t row = 0; row < values.size(); ++row) {
      values[row] = static_cast<float>(row) / 32 - 1;
    }
    data.values = std::move(values);
    rows.resize(64);
    std::iota(rows.begin(), rows.end(), 0U);
    std::ranges::fill(parameters.values(), 0.0F);
    parameters.weight(0)(0, 0) = 1;
    parameters.bias(0)[1] = -50;
    parameters.weight(1)(0, 0) = 1;
    parameters.weight(1)(1, 0) = 1;
    parameters.bias(1)[0] = 0.5F;
    parameters.bias(1)[1] = 50;
  }
  std::vector<UnitStatistics> statistics() const {
    return unit_statistics(model, parameters, scaler, data.view(), rows, {});
  }
};

}  // namespace

TEST_CASE("a relu unit below 0 for every row is dead", "[train]") {
  const auto layers = SmallNetwork(kernels::ActivationKind::relu).statistics();
  REQUIRE(layers.size() == 2);
  CHECK(layers[0].dead == 0.5);
  CHECK(layers[0].saturated == 0);
  CHECK(layers[1].dead == 0);
}

TEST_CASE("tanh and elu saturate where they are flat", "[train]") {
  const auto tanh = SmallNetwork(kernels::ActivationKind::tanh).statistics();
  CHECK(tanh[0].dead == 0.5);
  CHECK(tanh[0].saturated == 0.5);
  CHECK(tanh[1].saturated == 0.5);  // one unit is near 1, the other between
  const auto elu = SmallNetwork(kernels::ActivationKind::elu).statistics();
  CHECK(elu[0].dead == 0.5);
  CHECK(elu[1].dead == 0);
}

TEST_CASE("the slope of every activation is what its values rise by", "[train]") {
  const auto value = [](const Activation& activation, double z) {
    const double s = 1 / (1 + std::exp(-z));
    switch (activation.kind) {
      case kernels::ActivationKind::elu:
        return z > 0 ? z : std::expm1(z);
      case kernels::ActivationKind::selu:
        return 1.0507009873554805 * (z > 0 ? z : 1.6732632423543772 * std::expm1(z));
      case kernels::ActivationKind::gelu:
        return z * 0.5 * std::erfc(-z / std::sqrt(2.0));
      case kernels::ActivationKind::swish:
        return z * s;
      case kernels::ActivationKind::tanh:
        return std::tanh(z);
      case kernels::ActivationKind::sigmoid:
        return s;
      case kernels::ActivationKind::softplus:
        return std::log1p(std::exp(z));
      case kernels::ActivationKind::relu:
        return z > 0 ? z : 0;
      case kernels::ActivationKind::leaky_relu:
        return z > 0 ? z : 0.2 * z;
      case kernels::ActivationKind::linear:
        break;
    }
    return z;
  };
  for (const kernels::ActivationEntry& entry : kernels::kActivations) {
    const Activation activation = make_activation(entry, Convention::keras);
    for (const double z : {-3.0, -0.75, 0.375, 2.5}) {
      const double rise = (value(activation, z + 1e-5) - value(activation, z - 1e-5)) / 2e-5;
      INFO(entry.name << " at " << z);
      CHECK(slopes(activation, std::vector{static_cast<float>(z)})[0] == Approx(std::abs(rise)).margin(1e-6));
    }
  }
}

}  // namespace train_unit_statistics_test
