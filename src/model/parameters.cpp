#include "model/parameters.h"

#include <bit>
#include <cmath>
#include <utility>

#include "core/hash.h"

namespace strata {

Parameters::Parameters(std::vector<LayerSpec> layers) : layers_(std::move(layers)) {
  std::size_t size = 0;
  for (const LayerSpec& layer : layers_) {
    offsets_.push_back(size);
    size += layer.parameters();
  }
  values_.assign(size, 0.0F);
}

MatrixView<float> Parameters::weight(std::size_t layer) {
  const LayerSpec& spec = layers_[layer];
  return {values_.data() + offsets_[layer], spec.outputs, spec.inputs};
}

MatrixView<const float> Parameters::weight(std::size_t layer) const {
  const LayerSpec& spec = layers_[layer];
  return {values_.data() + offsets_[layer], spec.outputs, spec.inputs};
}

std::span<float> Parameters::bias(std::size_t layer) {
  const LayerSpec& spec = layers_[layer];
  return std::span(values_).subspan(offsets_[layer] + spec.outputs * spec.inputs, spec.outputs);
}

std::span<const float> Parameters::bias(std::size_t layer) const {
  const LayerSpec& spec = layers_[layer];
  return std::span(values_).subspan(offsets_[layer] + spec.outputs * spec.inputs, spec.outputs);
}

std::string weights_hash(const Parameters& parameters) {
  static_assert(std::endian::native == std::endian::little, "the hash is of little-endian floats");
  Hash64 hash;
  hash.update(std::as_bytes(parameters.values()));
  return hash.hex();
}

std::vector<double> update_ratios(const Parameters& before, const Parameters& after) {
  std::vector<double> ratios;
  for (std::size_t l = 0; l < before.layers().size(); ++l) {
    const auto old = before.weight(l);
    const auto now = after.weight(l);
    double moved = 0;
    double size = 0;
    for (std::size_t i = 0; i < old.rows() * old.columns(); ++i) {
      const double w = old.data()[i];
      const double step = static_cast<double>(now.data()[i]) - w;
      moved += step * step;
      size += w * w;
    }
    ratios.push_back(std::sqrt(moved / size));
  }
  return ratios;
}

}  // namespace strata
