#include "engine/panels/schedule.h"

#include <cmath>

namespace strata {

namespace {

/// Weights from this size on are divided by columns. By rows every thread reads all of them, half or more of which
/// others wrote in the step before: from some size on that must take longer than a barrier. The size is what whole
/// steps on two cores preferred.
constexpr std::size_t kColumnFloats = 16 * 1024;
/// Weights from this size on stay in no core's cache: even one thread takes them by columns, many rows at once, as by
/// rows it would read all of them anew for each chunk.
constexpr std::size_t kFarFloats = 512 * 1024;
/// Rows that a product by columns takes at once: so few that they stay in the second cache beside the weights, or many
/// where no cache holds the weights, which are read as often as there are such parts.
constexpr std::size_t kNearColumnRows = 96;
constexpr std::size_t kFarColumnRows = 256;
/// Activations that a pass over rows keeps at hand, in floats.
constexpr std::size_t kChunkFloats = 96 * 1024;
/// Rows that are worth a chunk of their own.
constexpr std::size_t kLeastChunk = 24;
/// Nanoseconds of one thread for a line of 16 multiply-adds, for one of weights updated and for what else is done with
/// a row, and for each arrival at a barrier, the dearest that was measured of those that nothing stands between: with
/// any dearer one, fewer threads would do.
constexpr double kProductPrice = 0.28;
constexpr double kUpdatePrice = 1.7;
constexpr double kRowPrice = 30;
constexpr double kArrivalPrice = 142;
/// What a step costs two threads more: at each arrival, with what each fetches of the other's results and how late it
/// comes, fitted on two cores; and once, measured by small networks on the Intel CPU, where it is dearest.
constexpr double kPricePaidByTwo = 1094;
constexpr double kStepPaidByTwo = 12000;

bool by_columns(const LayerSpec& layer, int threads) {
  return layer.inputs * layer.outputs >= (threads > 1 ? kColumnFloats : kFarFloats);
}

std::vector<Phase> make_phases(const std::vector<LiveLayer>& layers, int threads) {
  std::vector<Phase> phases;
  const auto add = [&](Phase::Kind kind, std::size_t layer, bool columns) {
    if (columns || phases.empty() || phases.back().by_columns) {
      phases.push_back({columns, {}});
    }
    phases.back().operations.push_back({kind, layer});
  };
  for (std::size_t l = 0; l < layers.size(); ++l) {
    add(Phase::Kind::forward, l, by_columns(layers[l].spec, threads));
  }
  add(Phase::Kind::loss, layers.size() - 1, false);
  for (std::size_t l = layers.size() - 1; l > lowest_trained(layers); --l) {
    add(Phase::Kind::backward, l, by_columns(layers[l].spec, threads));
  }
  return phases;
}

}  // namespace

Schedule make_schedule(const std::vector<LiveLayer>& layers, std::size_t batch_size, int threads) {
  std::size_t widest = std::max<std::size_t>(layers.back().spec.outputs, 1);
  for (const LiveLayer& layer : layers) {
    if (!by_columns(layer.spec, threads)) {
      widest = std::max(widest, layer.spec.inputs + layer.spec.outputs);
    }
  }
  return {make_phases(layers, threads),
          std::clamp(kChunkFloats / widest, kLeastChunk, std::max(kLeastChunk, batch_size))};
}

std::size_t results_of(const std::vector<LiveLayer>& layers, const Phase::Operation& operation) {
  const LayerSpec& layer = layers[operation.layer].spec;
  return operation.kind == Phase::Kind::forward ? layer.outputs : layer.inputs;
}

int useful_threads(const std::vector<LiveLayer>& layers, std::size_t batch_size) {
  double nanoseconds = static_cast<double>(batch_size) * kRowPrice;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const LayerSpec& layer = layers[l].spec;
    const auto lines = static_cast<double>(layer.inputs * kernels::panels::blocks_of(layer.outputs));
    const int products = 1 + (layers[l].trained ? 1 : 0) + (l > lowest_trained(layers) ? 1 : 0);
    nanoseconds += lines * products * static_cast<double>(batch_size) * kProductPrice;
    nanoseconds += layers[l].trained ? lines * kUpdatePrice : 0;
  }
  const auto barriers = static_cast<double>(make_phases(layers, 2).size() + 1);
  // One thread waits for nobody, and what it has computed lies in its own cache.
  if (nanoseconds / 2 + barriers * 2 * kPricePaidByTwo + kStepPaidByTwo >= nanoseconds) {
    return 1;
  }
  // work / threads + barriers x threads x arrival is least where both are equal.
  return std::max(2, static_cast<int>(std::lround(std::sqrt(nanoseconds / (barriers * kArrivalPrice)))));
}

std::size_t column_rows(const LayerSpec& layer) {
  return layer.inputs * layer.outputs >= kFarFloats ? kFarColumnRows : kNearColumnRows;
}

kernels::panels::Range share(std::size_t size, int thread, int count) {
  const auto boundary = [&](int t) { return size * static_cast<std::size_t>(t) / static_cast<std::size_t>(count); };
  return {boundary(thread), boundary(thread + 1)};
}

kernels::panels::Range share_of_panels(std::size_t results, std::size_t each, int thread, int count) {
  namespace panels = kernels::panels;
  const std::size_t all = panels::blocks_of(results) * each;
  if (!panels::is_narrow(results)) {
    return share(all, thread, count);
  }
  const std::size_t wide = all - each;
  const auto boundary = [&](int t) {
    const std::size_t halves = (2 * wide + each) * static_cast<std::size_t>(t) / static_cast<std::size_t>(count);
    return halves <= 2 * wide ? halves / 2 : halves - wide;
  };
  return {boundary(thread), boundary(thread + 1)};
}

}  // namespace strata
