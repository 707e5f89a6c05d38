// What the exchange of gradients costs, and what becomes of a step that many machines share.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "bench/cost_model.h"

namespace strata::bench {

/// Between any two machines, in both directions at once.
struct Network {
  std::string name;
  double latency = 0;    ///< seconds until the first byte arrives
  double bandwidth = 0;  ///< bytes a second
  double message = 0;    ///< seconds of a core that one more message costs: sent there, another received
};

/// Gradients exchanged in so many buckets: of each, a rank sends shares of its sums to all others, and then its share
/// of the totals.
double exchange_seconds(const Network& network, double floats, std::size_t ranks, double buckets = 1);

struct ExchangeMeasurement {
  std::size_t floats;
  double seconds;
};

/// Latency and bandwidth that make the sum of squared relative errors smallest, for exchanges between two ranks.
Network fit_network(std::string name, double message, std::span<const ExchangeMeasurement> measurements);

/// A step of `widths` as ranks share it, each on a machine of `threads` threads.
class SharedStep {
 public:
  SharedStep(Widths widths, int threads, const CostPrices& prices);

  /// Whether each rank has a row block.
  static bool possible(std::size_t batch, std::size_t ranks);
  /// `overlap`: how much of the exchange that could be hidden behind the weight gradients is.
  double seconds(const Network& network, double overlap, std::size_t batch, std::size_t ranks) const;
  /// The parts of that: what one rank computes, and the exchange, if nothing hides it.
  double computing(std::size_t batch, std::size_t ranks) const;
  double exchanging(const Network& network, std::size_t ranks) const;
  /// What weight gradients take of a step that computes so long: a third of what grows with the rows.
  double hiding(double computing) const;
  /// The smallest of the batches 64 x ranks x 1, 2, 4, … with which so many ranks are faster than half as many; 0 if
  /// none below 16 million rows is.
  std::size_t smallest_helpful_batch(const Network& network, double overlap, std::size_t ranks) const;

 private:
  Widths widths_;
  int threads_;
  CostPrices prices_;
  double floats_ = 0;   ///< gradients
  double buckets_ = 0;  ///< in which they travel, about
  double fixed_ = 0;    ///< seconds of a step of one row
};

}  // namespace strata::bench
