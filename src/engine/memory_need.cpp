#include "engine/memory_need.h"

#include "core/error.h"

namespace strata {

double memory_need(const ModelSpec& model, const std::vector<ParameterGroup>& groups, std::size_t batch_size,
                   kernels::Precision precision) {
  double floats = 0;
  double units = static_cast<double>(model.inputs);  // of a row, with those of the gradients
  for (const ParameterGroup& group : groups) {
    const std::size_t slots = find_optimizer(group.optimizer.name).state(group.optimizer).size();
    for (std::size_t l = group.first; l <= group.last; ++l) {
      const LayerSpec layer = model.layer(l);
      const double weights = static_cast<double>(layer.inputs) * static_cast<double>(layer.outputs);
      const std::size_t copies = 2 + slots + (l > 0 && !is_frozen(group.optimizer) ? 1 : 0);
      floats += weights * static_cast<double>(copies);
      units += 2 * static_cast<double>(layer.outputs);
    }
  }
  const double activations = units * static_cast<double>(batch_size) * static_cast<double>(element_size(precision));
  return floats * sizeof(float) + activations;
}

void require_memory(double need, std::optional<std::size_t> available) {
  constexpr double kMegabyte = 1e6;
  if (available && need > static_cast<double>(*available)) {
    throw failed_error(
        "out of memory: this network and batch size need {:.0f} MB, {:.0f} MB are available; give smaller ones",
        need / kMegabyte, static_cast<double>(*available) / kMegabyte);
  }
}

}  // namespace strata
