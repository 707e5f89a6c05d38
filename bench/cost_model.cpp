#include "bench/cost_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "bench/default_run.h"
#include "engine/panels/schedule.h"
#include "kernels/panels/dense.h"

namespace strata::bench {

namespace {

using kernels::panels::blocks_of;
using kernels::panels::kWidth;

enum CostIndex { product, update, adam, far, activation, barrier };

/// Lines of 16 floats that stay in a core's second cache of 2 MB beside what streams through it.
constexpr double kNearLines = 20 * 1024;

double whole(std::size_t value) { return static_cast<double>(value); }

/// The largest share of `size` units among threads.
double most(double size, int threads) { return std::max(1.0, std::ceil(size / threads)); }

/// Counts of one step.
class Counter {
 public:
  Counter(const Widths& widths, std::size_t batch, int threads)
      : batch_(batch),
        threads_(threads),
        layers_(layers_of(widths)),
        schedule_(make_schedule(layers_, batch, threads)) {
    // What a thread touches from step to step: its part of weights and their copy, state, activations, gradients.
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const double copies = 1.0 + (l > 0 ? 1 : 0) + (by_adam(l) ? 2 : 0);
      lines_ += (weights(l) * copies + 2 * whole(batch * blocks_of(layers_[l].spec.outputs))) / threads;
    }
    lines_ += whole(batch * blocks_of(widths.front())) / threads;
  }

  CostCounts count() {
    for (const Phase& phase : schedule_.phases) {
      phase.by_columns ? columns(phase.operations.front()) : rows(phase);
    }
    tiles();
    counts_[activation] += most(whole(batch_), threads_) * whole(blocks_of(layers_.front().spec.inputs));
    counts_[barrier] = threads_ > 1 ? threads_ * whole(schedule_.phases.size() + 1) : 0;
    return counts_;
  }

 private:
  static std::vector<LiveLayer> layers_of(const Widths& widths) {
    std::vector<LiveLayer> layers(widths.size() - 1);
    for (std::size_t l = 0; l < layers.size(); ++l) {
      layers[l].spec = model_of(widths).layer(l);
      layers[l].trained = true;
    }
    return layers;
  }

  bool by_adam(std::size_t l) const { return l + 2 >= layers_.size(); }
  double weights(std::size_t l) const { return whole(layers_[l].spec.inputs * blocks_of(layers_[l].spec.outputs)); }

  /// The share of what a thread touches that its second cache has no room for.
  double far_share() const { return std::max(0.0, 1 - kNearLines / lines_); }

  /// `panels` of a product of `terms`, for so many rows, `together` of them at once.
  void multiply(double terms, double panels, double rows, std::size_t together) {
    const double chunks = std::ceil(rows / whole(together));
    const double lines = terms * panels;
    counts_[product] += lines * rows;
    counts_[activation] += panels * rows;
    counts_[far] += far_share() * lines * (lines > kNearLines ? chunks : 1);
  }

  void multiply(const Phase::Operation& operation, double share_of_panels, double rows, std::size_t together) {
    const LayerSpec& layer = layers_[operation.layer].spec;
    const bool forward = operation.kind == Phase::Kind::forward;
    multiply(whole(forward ? layer.inputs : layer.outputs),
             share_of_panels * whole(blocks_of(forward ? layer.outputs : layer.inputs)), rows, together);
  }

  void columns(const Phase::Operation& operation) {
    multiply(operation, 1.0 / threads_, whole(batch_), column_rows(layers_[operation.layer].spec));
  }

  void rows(const Phase& phase) {
    const double mine = most(whole(batch_), threads_);
    for (const Phase::Operation& operation : phase.operations) {
      if (operation.kind == Phase::Kind::loss) {
        counts_[activation] += mine * whole(blocks_of(layers_.back().spec.outputs));
      } else {
        multiply(operation, 1, mine, schedule_.chunk_rows);
      }
    }
  }

  void tiles() {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const LayerSpec& layer = layers_[l].spec;
      const double mine = most(whole(blocks_of(layer.inputs) * blocks_of(layer.outputs)), threads_) * kWidth;
      const double copies = (l > 0 ? 1 : 0) + (by_adam(l) ? 2 : 0);
      counts_[product] += mine * whole(batch_);
      counts_[update] += mine;
      counts_[adam] += by_adam(l) ? mine : 0;
      counts_[far] += far_share() * (mine * (1 + copies) +
                                     whole(batch_) * (mine / whole(layer.inputs) + whole(blocks_of(layer.inputs))));
    }
  }

  std::size_t batch_;
  int threads_;
  std::vector<LiveLayer> layers_;
  Schedule schedule_;
  double lines_ = 0;
  CostCounts counts_{};
};

}  // namespace

CostCounts count_costs(const Widths& widths, std::size_t batch, int threads) {
  return Counter(widths, batch, threads).count();
}

double cost(const CostCounts& counts, const CostPrices& prices) {
  return std::inner_product(counts.begin(), counts.end(), prices.begin(), 0.0);
}

CostPrices fit_prices(std::span<const Measurement> measurements) {
  constexpr int kRounds = 50'000;
  CostPrices prices{};
  std::vector<double> rest(measurements.size(), 1.0);  // of each measurement, as a share of it
  for (int round = 0; round < kRounds; ++round) {      // one price after the other, the others as they are
    for (std::size_t k = 0; k < prices.size(); ++k) {
      double along = 0;
      double square = 0;
      for (std::size_t m = 0; m < rest.size(); ++m) {
        const double share = measurements[m].counts[k] / measurements[m].seconds;
        along += share * rest[m];
        square += share * share;
      }
      const double price = square > 0 ? std::max(0.0, prices[k] + along / square) : 0.0;
      for (std::size_t m = 0; m < rest.size(); ++m) {
        rest[m] -= (price - prices[k]) * measurements[m].counts[k] / measurements[m].seconds;
      }
      prices[k] = price;
    }
  }
  return prices;
}

}  // namespace strata::bench
