#include "bench/oracle.h"

#include <algorithm>

#include "core/error.h"
#include "core/random.h"

namespace strata::bench {

std::vector<float> random_floats(std::size_t count, double range, std::uint64_t seed) {
  const Random random(seed, RandomStream::weights);
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<float>(range * (2 * unit_interval(random.bits(0, i)[0]) - 1));
  }
  return values;
}

void expect_near(std::string_view what, std::span<const float> values, std::span<const double> exact, double bound) {
  if (values.size() != exact.size()) {
    throw failed_error("{}: {} values instead of {}", what, values.size(), exact.size());
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = values[i];
    if (!(std::fabs(value - exact[i]) <= bound)) {  // so that NaN fails
      throw failed_error("{}: element {} is {}, not {} (within {})", what, i, value, exact[i], bound);
    }
  }
}

double sum_bound(std::size_t terms, std::span<const double> exact) {
  double largest = 0;
  for (const double value : exact) {
    largest = std::max(largest, std::fabs(value));
  }
  return 8 * kRoundoff * std::sqrt(static_cast<double>(terms)) * largest;
}

reference::Network network_of(const Parameters& parameters) {
  reference::Network network;
  for (std::size_t l = 0; l < parameters.layers().size(); ++l) {
    const LayerSpec& layer = parameters.layers()[l];
    const MatrixView<const float> weights = parameters.weight(l);
    network.push_back({layer.inputs, layer.outputs, layer.activation,
                       to_double({weights.data(), layer.inputs * layer.outputs}), to_double(parameters.bias(l))});
  }
  return network;
}

std::vector<double> standardised(const SamplesView& samples, std::span<const std::uint32_t> rows,
                                 const Scaler& scaler) {
  std::vector<double> result;
  for (const std::uint32_t row : rows) {
    for (std::size_t f = 0; f < samples.features.columns(); ++f) {
      result.push_back(reference::standardise(samples.features(row, f), scaler.mean[f], scaler.scale[f]));
    }
  }
  return result;
}

}  // namespace strata::bench
