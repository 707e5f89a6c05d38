#include "model/model_spec.h"

#include <cassert>

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

}  // namespace strata
