#include "engine/gradients.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "kernels/sums.h"

namespace strata {

namespace {

constexpr int kSums = 1;
constexpr int kTotals = 2;
/// Floats in which shares are cut: a cache line, so that no two threads or ranks write to one.
constexpr std::size_t kGrain = 16;
/// Floats that are added at once, so that they stay in the nearest cache.
constexpr std::size_t kChunk = 1024;
/// More than a stack of sums is ever high.
constexpr std::size_t kMostWaiting = 64;

/// Part i of `count` of floats first … first + size - 1, in whole lines.
GradientExchange::Range part_of(std::size_t first, std::size_t size, int i, int count) {
  const std::size_t lines = (size + kGrain - 1) / kGrain;
  const auto boundary = [&](int at) {
    return first + std::min(size, lines * static_cast<std::size_t>(at) / static_cast<std::size_t>(count) * kGrain);
  };
  return {boundary(i), boundary(i + 1)};
}

void add_to(float* to, const float* left, const float* right, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    to[i] = left[i] + right[i];
  }
}

/// Sums on a stack, added as an order says; the last addition goes to `to`. All but the last are added in place.
class SumStack {
 public:
  SumStack(float* to, std::size_t count, std::size_t turns) : to_(to), count_(count), turns_(turns) {}

  void push(float* sums, std::size_t merges) {
    waiting_[height_++] = sums;
    const bool last = --turns_ == 0;
    for (; merges > 0; --merges) {
      const float* const right = waiting_[--height_];
      float* const left = waiting_[height_ - 1];
      add_to(last && merges == 1 ? to_ : left, left, right, count_);
    }
    if (last && only_) {
      std::copy_n(sums, count_, to_);
    }
    only_ = false;
  }

 private:
  float* to_;
  std::size_t count_;
  std::size_t turns_;
  bool only_ = true;
  std::array<float*, kMostWaiting> waiting_{};
  std::size_t height_ = 0;
};

}  // namespace

GradientExchange::GradientExchange(Communicator& ranks, std::span<float> totals, std::vector<Range> buckets,
                                   std::span<const BatchDivision> divisions)
    : ranks_(ranks), totals_(totals), buckets_(std::move(buckets)), receives_(buckets_.size()) {
  std::size_t own = 0;
  std::size_t others = 0;
  for (const BatchDivision& division : divisions) {
    const std::size_t subtrees = division.subtrees(ranks.rank()).size();
    own = std::max(own, subtrees);
    others = std::max(others, division.order().size() - subtrees);
  }
  std::size_t shares = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    share_offsets_.push_back(shares);
    shares += share(bucket, ranks.rank()).size();
  }
  sums_.assign(own, AlignedVector<float>(totals.size(), 0.0F));
  received_.assign(others, AlignedVector<float>(shares, 0.0F));
}

GradientExchange::Range GradientExchange::share(std::size_t bucket, int rank) const {
  return part_of(buckets_[bucket].first, buckets_[bucket].size(), rank, ranks_.world_size());
}

void GradientExchange::begin(const BatchDivision& division) {
  division_ = &division;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    const std::size_t size = share(bucket, ranks_.rank()).size();
    std::size_t other = 0;
    for (const SumInTurn& turn : division.order()) {
      if (turn.rank != ranks_.rank() && size > 0) {
        const std::span<float> to = std::span(received_[other++]).subspan(share_offsets_[bucket], size);
        receives_[bucket].push_back(ranks_.start_receive(turn.rank, kSums, std::as_writable_bytes(to)));
      }
    }
    for (int rank = 0; rank < ranks_.world_size(); ++rank) {
      const Range theirs = share(bucket, rank);
      if (rank != ranks_.rank() && theirs.size() > 0) {
        const std::span<float> to = totals_.subspan(theirs.first, theirs.size());
        others_.push_back(ranks_.start_receive(rank, kTotals, std::as_writable_bytes(to)));
      }
    }
  }
}

void GradientExchange::send_sums(std::size_t bucket) {
  for (int step = 1; step < ranks_.world_size(); ++step) {
    const int rank = (ranks_.rank() + step) % ranks_.world_size();
    const Range theirs = share(bucket, rank);
    for (std::size_t i = 0; i < division_->subtrees(ranks_.rank()).size() && theirs.size() > 0; ++i) {
      const std::span<const float> from = std::span(sums_[i]).subspan(theirs.first, theirs.size());
      others_.push_back(ranks_.start_send(rank, kSums, std::as_bytes(from)));
    }
  }
}

void GradientExchange::receive_sums(std::size_t bucket) { wait_for(receives_[bucket]); }

void GradientExchange::add(std::size_t bucket, int thread, int threads) {
  const Range mine = share(bucket, ranks_.rank());
  const Range part = part_of(mine.first, mine.size(), thread, threads);
  for (std::size_t first = part.first; first < part.last; first += kChunk) {
    const std::size_t count = std::min(kChunk, part.last - first);
    SumStack stack(totals_.data() + first, count, division_->order().size());
    std::size_t own = 0;
    std::size_t other = 0;
    for (const SumInTurn& turn : division_->order()) {
      float* const sums = turn.rank == ranks_.rank()
                              ? sums_[own++].data() + first
                              : received_[other++].data() + share_offsets_[bucket] + (first - mine.first);
      stack.push(sums, turn.merges);
    }
  }
}

void GradientExchange::send_totals(std::size_t bucket) {
  const Range mine = share(bucket, ranks_.rank());
  const std::span<const float> from = totals_.subspan(mine.first, mine.size());
  for (int step = 1; step < ranks_.world_size() && mine.size() > 0; ++step) {
    const int rank = (ranks_.rank() + step) % ranks_.world_size();
    others_.push_back(ranks_.start_send(rank, kTotals, std::as_bytes(from)));
  }
}

void GradientExchange::finish() { wait_for(others_); }

void GradientExchange::wait_for(std::vector<Communicator::Transfer>& transfers) {
  for (const Communicator::Transfer transfer : transfers) {
    ranks_.wait(transfer);
  }
  transfers.clear();
}

float clip_factor(const ClipNorm& clip, double sum_of_squares) {
  const double norm = std::sqrt(sum_of_squares);
  if (clip.convention == Convention::torch) {
    return static_cast<float>(std::min(1.0, clip.limit / (norm + 1e-6)));
  }
  return static_cast<float>(clip.limit / std::max(norm, clip.limit));
}

GradientSquares::GradientSquares(const std::vector<LayerSpec>& layers, const std::vector<bool>& trained) {
  constexpr std::size_t kPadding = 16;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const std::size_t padded = (layers[l].outputs + kPadding - 1) / kPadding * kPadding;
    layers_.push_back({layers[l].outputs, AlignedVector<double>(trained[l] ? padded : 0, 0.0)});
  }
}

void GradientSquares::fill(std::size_t layer, std::size_t first, MatrixView<const float> weights,
                           std::span<const float> bias) {
  const std::span<double> squares = std::span(layers_[layer].squares).subspan(first, weights.columns());
  std::ranges::fill(squares, 0.0);
  kernels::add_squares(weights, squares);
  kernels::add_squares({bias.data(), 1, bias.size()}, squares);
}

double GradientSquares::sum_of(const Layer& layer) {
  double sum = 0;
  for (std::size_t output = 0; output < std::min(layer.outputs, layer.squares.size()); ++output) {
    sum += layer.squares[output];
  }
  return sum;
}

double GradientSquares::sum() const {
  double sum = 0;
  for (const Layer& layer : layers_) {
    sum += sum_of(layer);
  }
  return sum;
}

std::vector<double> GradientSquares::norms() const {
  std::vector<double> norms;
  for (const Layer& layer : layers_) {
    norms.push_back(std::sqrt(sum_of(layer)));
  }
  return norms;
}

}  // namespace strata
