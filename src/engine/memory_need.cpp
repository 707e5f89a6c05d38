#include "engine/memory_need.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "engine/batch_division.h"

namespace strata {

double memory_need(const ModelSpec& model, const std::vector<ParameterGroup>& groups, std::size_t batch_size,
                   kernels::Precision precision) {
  double floats = 0;
  double units = static_cast<double>(model.inputs);  // of a row, with those of the gradients
  for (const ParameterGroup& group : groups) {
    const std::size_t slots = group.optimizer.state().size();
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

double memory_need_of_node(const ModelSpec& model, const std::vector<ParameterGroup>& groups, std::size_t batch_size,
                           kernels::Precision precision, int world_size, int node_size) {
  const auto ranks = static_cast<std::size_t>(world_size);
  const std::size_t blocks = (BatchDivision::blocks_of(batch_size) + ranks - 1) / ranks;
  const std::size_t rows = std::min(batch_size, blocks * BatchDivision::kRowBlock);
  double trained = 0;
  for (const ParameterGroup& group : groups) {
    for (std::size_t l = group.first; l <= group.last && !is_frozen(group.optimizer); ++l) {
      trained += static_cast<double>(model.layer(l).inputs) * static_cast<double>(model.layer(l).outputs);
    }
  }
  const double sums = trained * (1 + (world_size - 1.0) / world_size);  // one a rank at least
  return node_size * (memory_need(model, groups, rows, precision) + sums * sizeof(float));
}

void require_memory(double need, std::optional<std::size_t> available, int ranks) {
  constexpr double kMegabyte = 1e6;
  if (available && need > static_cast<double>(*available)) {
    throw failed_error(
        "out of memory: this network and batch size need {:.0f} MB{}, {:.0f} MB are available; give smaller ones",
        need / kMegabyte, ranks > 1 ? fmt::format(" for the {} ranks of this machine", ranks) : "",
        static_cast<double>(*available) / kMegabyte);
  }
}

}  // namespace strata
