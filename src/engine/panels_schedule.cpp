#include "engine/panels_schedule.h"

namespace strata {

namespace {

/// Weights from this size on are divided by columns. By rows every thread reads all of them, and half or more of what
/// it reads was written by others in the step before; 64 KB from another core's cache take longer than a barrier.
constexpr std::size_t kColumnFloats = 16 * 1024;
/// Activations that a pass over rows keeps at hand, in floats.
constexpr std::size_t kChunkFloats = 96 * 1024;
/// Rows that are worth a chunk of their own.
constexpr std::size_t kLeastChunk = 24;

std::vector<Phase> make_phases(const std::vector<LiveLayer>& layers, int threads) {
  std::vector<Phase> phases;
  const auto by_columns = [&](std::size_t l) {
    return threads > 1 && layers[l].spec.inputs * layers[l].spec.outputs >= kColumnFloats;
  };
  const auto add = [&](Phase::Kind kind, std::size_t layer, bool columns) {
    if (columns || phases.empty() || phases.back().by_columns) {
      phases.push_back({columns, {}});
    }
    phases.back().operations.push_back({kind, layer});
  };
  for (std::size_t l = 0; l < layers.size(); ++l) {
    add(Phase::Kind::forward, l, by_columns(l));
  }
  add(Phase::Kind::loss, layers.size() - 1, false);
  for (std::size_t l = layers.size() - 1; l > lowest_trained(layers); --l) {
    add(Phase::Kind::backward, l, by_columns(l));
  }
  return phases;
}

}  // namespace

Schedule make_schedule(const std::vector<LiveLayer>& layers, std::size_t batch_size, int threads) {
  std::size_t widest = 0;
  for (const LiveLayer& layer : layers) {
    widest = std::max(widest, layer.spec.inputs + layer.spec.outputs);
  }
  return {make_phases(layers, threads),
          std::clamp(kChunkFloats / widest, kLeastChunk, std::max(kLeastChunk, batch_size))};
}

kernels::panels::Range share(std::size_t size, int thread, int count) {
  const auto boundary = [&](int t) { return size * static_cast<std::size_t>(t) / static_cast<std::size_t>(count); };
  return {boundary(thread), boundary(thread + 1)};
}

}  // namespace strata
