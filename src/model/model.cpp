#include "model/model.h"

#include <bit>
#include <cassert>
#include <cmath>
#include <utility>

#include "core/hash.h"

namespace strata {

LayerSpec ModelSpec::layer(std::size_t index) const {
  assert(index < layer_count());
  const bool output = index == hidden.size();
  return {index == 0 ? inputs : hidden[index - 1], output ? outputs : hidden[index],
          output ? Activation{} : activation};
}

std::vector<LayerSpec> ModelSpec::layers() const {
  std::vector<LayerSpec> all;
  for (std::size_t i = 0; i < layer_count(); ++i) {
    all.push_back(layer(i));
  }
  return all;
}

std::size_t ModelSpec::parameter_count() const {
  std::size_t count = 0;
  for (const LayerSpec& layer : layers()) {
    count += layer.parameters();
  }
  return count;
}

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
