#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/hash.h"
#include "model/model.h"
#include "tests/catch.h"

namespace model_parameters_test {

using namespace strata;

namespace {

Parameters counting_parameters() {
  Parameters parameters(ModelSpec{3, {4, 1}, 2, {}}.layers());
  std::iota(parameters.values().begin(), parameters.values().end(), 1.0F);
  return parameters;
}

}  // namespace

TEST_CASE("parameters start at zero, at a cache line", "[model]") {
  const Parameters parameters(ModelSpec{3, {4}, 2, {}}.layers());
  CHECK(parameters.values().size() == 16 + 10);
  CHECK(std::ranges::all_of(parameters.values(), [](float x) { return x == 0; }));
  CHECK(reinterpret_cast<std::uintptr_t>(parameters.values().data()) % kAlignment == 0);
}

TEST_CASE("views lie in the arena in the documented order", "[model]") {
  Parameters parameters = counting_parameters();
  const float* next = parameters.values().data();
  for (std::size_t l = 0; l < parameters.layers().size(); ++l) {
    CAPTURE(l);
    const LayerSpec& layer = parameters.layers()[l];
    const MatrixView<float> weight = parameters.weight(l);
    CHECK(weight.data() == next);
    CHECK(weight.rows() == layer.outputs);
    CHECK(weight.columns() == layer.inputs);
    CHECK(weight.stride() == layer.inputs);
    next += layer.outputs * layer.inputs;
    CHECK(parameters.bias(l).data() == next);
    CHECK(parameters.bias(l).size() == layer.outputs);
    next += layer.outputs;
    CHECK(std::as_const(parameters).weight(l).data() == weight.data());
    CHECK(std::as_const(parameters).bias(l).data() == parameters.bias(l).data());
  }
  CHECK(next == parameters.values().data() + parameters.values().size());
  CHECK(parameters.weight(0)(1, 2) == 6.0F);
  CHECK(parameters.bias(0)[0] == 13.0F);
}

TEST_CASE("weights_hash is XXH3-64 of weight, bias, weight, … as little-endian bytes", "[model]") {
  const Parameters parameters = counting_parameters();
  std::vector<std::byte> bytes;
  const auto append = [&](float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (unsigned shift = 0; shift < 32; shift += 8) {
      bytes.push_back(static_cast<std::byte>(bits >> shift));
    }
  };
  for (std::size_t l = 0; l < parameters.layers().size(); ++l) {
    const auto weight = parameters.weight(l);
    for (std::size_t o = 0; o < weight.rows(); ++o) {
      for (std::size_t i = 0; i < weight.columns(); ++i) {
        append(weight(o, i));
      }
    }
    std::ranges::for_each(parameters.bias(l), append);
  }
  Hash64 hash;
  hash.update(bytes);
  CHECK(weights_hash(parameters) == hash.hex());
}

TEST_CASE("weights_hash sees every weight, and the sign of zero", "[model]") {
  const std::string before = weights_hash(counting_parameters());
  for (std::size_t i = 0; i < counting_parameters().values().size(); ++i) {
    Parameters changed = counting_parameters();
    changed.values()[i] = std::nextafter(changed.values()[i], 0.0F);
    CHECK(weights_hash(changed) != before);
  }
  Parameters zero(ModelSpec{1, {}, 2, {}}.layers());
  Parameters minus_zero = zero;
  minus_zero.values()[0] = -0.0F;
  CHECK(weights_hash(zero) != weights_hash(minus_zero));
}

}  // namespace model_parameters_test
