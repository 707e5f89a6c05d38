#include "model/parameters.h"

#include <bit>
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

}  // namespace strata
