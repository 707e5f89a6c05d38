#include "bench/exchange_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/batch_division.h"
#include "engine/panels/ranks.h"

namespace strata::bench {

namespace {

constexpr std::size_t kRowBlock = BatchDivision::kRowBlock;
constexpr std::size_t kMostRows = std::size_t{1} << 24;
constexpr double kBucketFloats = PanelsRanks::kBucketFloats;
constexpr double kMostPieces = PanelsRanks::kMostPieces;

double whole(std::size_t value) { return static_cast<double>(value); }

/// Bytes that a rank sends in an exchange, and receives.
double traffic(double floats, std::size_t ranks) {
  return 2 * sizeof(float) * floats * (whole(ranks) - 1) / whole(ranks);
}

double messages(std::size_t ranks) { return 2 * (whole(ranks) - 1); }

}  // namespace

double exchange_seconds(const Network& network, double floats, std::size_t ranks, double buckets) {
  return 2 * network.latency + buckets * messages(ranks) * network.message + traffic(floats, ranks) / network.bandwidth;
}

Network fit_network(std::string name, double message, std::span<const ExchangeMeasurement> measurements) {
  // seconds - messages = 2 latency + traffic / bandwidth, each equation divided by its seconds: two unknowns.
  double aa = 0;
  double ab = 0;
  double bb = 0;
  double ay = 0;
  double by = 0;
  for (const ExchangeMeasurement& each : measurements) {
    const double a = 2 / each.seconds;
    const double b = traffic(whole(each.floats), 2) / each.seconds;
    const double y = 1 - messages(2) * message / each.seconds;
    aa += a * a;
    ab += a * b;
    bb += b * b;
    ay += a * y;
    by += b * y;
  }
  const double latency = std::max(0.0, (ay * bb - by * ab) / (aa * bb - ab * ab));
  return {std::move(name), latency, bb / (by - latency * ab), message};
}

SharedStep::SharedStep(Widths widths, int threads, const CostPrices& prices)
    : widths_(std::move(widths)), threads_(threads), prices_(prices) {
  double small = 0;  // floats of layers that share a bucket
  for (std::size_t l = 0; l + 1 < widths_.size(); ++l) {
    const double floats = whole(widths_[l] + 1) * whole(widths_[l + 1]);
    floats_ += floats;
    if (floats < kBucketFloats) {
      small += floats;
    } else {
      buckets_ += std::clamp(std::floor(floats / kBucketFloats), 1.0, kMostPieces);
    }
  }
  buckets_ += std::ceil(small / kBucketFloats);
  fixed_ = cost(count_costs(widths_, 1, threads_), prices_);
}

bool SharedStep::possible(std::size_t batch, std::size_t ranks) { return batch >= kRowBlock * ranks; }

double SharedStep::computing(std::size_t batch, std::size_t ranks) const {
  return cost(count_costs(widths_, (batch + ranks - 1) / ranks, threads_), prices_);
}

double SharedStep::exchanging(const Network& network, std::size_t ranks) const {
  return ranks == 1 ? 0 : exchange_seconds(network, floats_, ranks, buckets_);
}

double SharedStep::hiding(double computing) const { return std::max(0.0, computing - fixed_) / 3; }

double SharedStep::seconds(const Network& network, double overlap, std::size_t batch, std::size_t ranks) const {
  const double own = computing(batch, ranks);
  const double exchange = exchanging(network, ranks);
  return own + exchange - overlap * std::min(exchange, hiding(own));
}

std::size_t SharedStep::smallest_helpful_batch(const Network& network, double overlap, std::size_t ranks) const {
  for (std::size_t batch = kRowBlock * ranks; batch < kMostRows; batch *= 2) {
    if (seconds(network, overlap, batch, ranks) < seconds(network, overlap, batch, ranks / 2)) {
      return batch;
    }
  }
  return 0;
}

}  // namespace strata::bench
