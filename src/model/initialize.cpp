#include "model/initialize.h"

#include <cmath>
#include <cstdint>

#include "core/random.h"
#include "kernels/elementary.h"

namespace strata {

namespace {

/// The deviation of a standard normal cut at two sigma.
constexpr double kTruncatedDeviation = 0.87962566103423978;

struct Distribution {
  bool uniform;
  double variance;
};

Distribution distribution(Initializer initializer, const LayerSpec& layer) {
  const auto fan_in = static_cast<double>(layer.inputs);
  const auto fan_out = static_cast<double>(layer.outputs);
  switch (initializer) {
    case Initializer::he_normal:
      return {false, 2.0 / fan_in};
    case Initializer::he_uniform:
      return {true, 2.0 / fan_in};
    case Initializer::glorot_normal:
      return {false, 2.0 / (fan_in + fan_out)};
    case Initializer::glorot_uniform:
      return {true, 2.0 / (fan_in + fan_out)};
    case Initializer::lecun_normal:
      return {false, 1.0 / fan_in};
    case Initializer::lecun_uniform:
      break;
  }
  return {true, 1.0 / fan_in};
}

/// Draws for one layer, each a function of (canonical index, attempt).
class LayerDraws {
 public:
  LayerDraws(std::uint64_t seed, std::size_t layer)
      : random_(seed, RandomStream::weights), layer_(static_cast<std::uint32_t>(layer)) {}

  /// Uniform in (-1, 1).
  double uniform(std::uint64_t index) const { return 2.0 * unit_interval(random_.bits(layer_, index)[0]) - 1.0; }

  /// Box & Muller 1958: sqrt(-2 ln u) cos(2 pi v).
  double normal(std::uint64_t index, std::uint64_t attempt) const {
    constexpr unsigned kAttemptShift = 48;
    const auto words = random_.bits(layer_, index | attempt << kAttemptShift);
    const double radius = std::sqrt(-2.0 * kernels::log(unit_interval(words[0])));
    return radius * kernels::cos_pi(2.0 * unit_interval(words[1]));
  }

  /// Redrawn until within two sigma.
  double truncated_normal(std::uint64_t index) const {
    double z = normal(index, 0);
    for (std::uint64_t attempt = 1; std::fabs(z) > 2.0; ++attempt) {
      z = normal(index, attempt);
    }
    return z;
  }

 private:
  Random random_;
  std::uint32_t layer_;
};

}  // namespace

void initialize(Parameters& parameters, Initializer initializer, Convention convention, std::uint64_t seed) {
  for (std::size_t layer = 0; layer < parameters.layers().size(); ++layer) {
    const Distribution shape = distribution(initializer, parameters.layers()[layer]);
    const bool truncated = !shape.uniform && convention == Convention::keras;
    const double scale =
        std::sqrt(shape.uniform ? 3.0 * shape.variance : shape.variance) / (truncated ? kTruncatedDeviation : 1.0);
    const LayerDraws draws(seed, layer);
    const MatrixView<float> weight = parameters.weight(layer);
    for (std::uint64_t i = 0; i < weight.rows() * weight.columns(); ++i) {
      const double z = shape.uniform ? draws.uniform(i) : truncated ? draws.truncated_normal(i) : draws.normal(i, 0);
      weight.data()[i] = static_cast<float>(scale * z);
    }
    for (float& bias : parameters.bias(layer)) {
      bias = 0.0F;
    }
  }
}

}  // namespace strata
