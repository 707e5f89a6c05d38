#include "engine/panels/ranks.h"

#include <algorithm>

#include "kernels/panels/dense.h"

namespace strata {

namespace {

namespace panels = kernels::panels;
using panels::Range;

/// Buckets that are under way before one is waited for.
constexpr std::size_t kUnderWay = 2;

/// The layers whose gradients at their outputs are complete after a phase, the uppermost first.
std::vector<std::size_t> completed(const Phase& phase) {
  std::vector<std::size_t> layers;
  for (const Phase::Operation& operation : phase.operations) {
    if (operation.kind != Phase::Kind::forward) {
      layers.push_back(operation.kind == Phase::Kind::loss ? operation.layer : operation.layer - 1);
    }
  }
  return layers;
}

/// The same matrix from row `first` on.
panels::Blocked from_row(const panels::Blocked& blocked, std::size_t first) {
  return {blocked.at(0, first), blocked.capacity};
}

std::vector<GradientExchange::Range> ranges_of(const auto& buckets) {
  std::vector<GradientExchange::Range> ranges;
  ranges.reserve(buckets.size());
  for (const auto& bucket : buckets) {
    ranges.push_back(bucket.floats);
  }
  return ranges;
}

}  // namespace

PanelsRanks::PanelsRanks(Communicator& ranks, std::span<const BatchDivision> divisions, std::vector<LiveLayer>& layers,
                         const Schedule& schedule, std::span<float> gradients, Team& team)
    : ranks_(ranks),
      layers_(layers),
      gradients_(gradients),
      team_(team),
      buckets_(make_buckets(layers, schedule, gradients)),
      exchange_(ranks, gradients, ranges_of(buckets_), divisions),
      divisions_(divisions) {
  for (const BatchDivision& division : divisions) {
    sums_.emplace_back(ranks, [&](int rank) { return division.rows_of(rank); });
  }
}

std::size_t PanelsRanks::index_of(std::size_t rows) const {
  return static_cast<std::size_t>(std::ranges::find(divisions_, rows, &BatchDivision::rows) - divisions_.begin());
}

BatchDivision::RowRange PanelsRanks::rows_of(std::size_t rows) const {
  return rows > 0 ? divisions_[index_of(rows)].rows_of(ranks_.rank()) : BatchDivision::RowRange{};
}

std::vector<PanelsRanks::Bucket> PanelsRanks::make_buckets(const std::vector<LiveLayer>& layers,
                                                           const Schedule& schedule, std::span<float> gradients) {
  std::vector<Bucket> buckets;
  for (const Phase& phase : schedule.phases) {
    for (const std::size_t l : completed(phase)) {
      const LiveLayer& layer = layers[l];
      if (!layer.trained) {
        continue;
      }
      const auto offset = static_cast<std::size_t>(layer.gradient.data() - gradients.data());
      const std::size_t all_panels = panels::blocks_of(layer.spec.outputs);
      const std::size_t tiles = panels::blocks_of(layer.spec.inputs);
      const std::size_t pieces =
          std::clamp<std::size_t>(layer.gradient.size() / kBucketFloats, 1, std::min(kMostPieces, all_panels));
      for (std::size_t piece = 0; piece < pieces; ++piece) {
        const Range part = share(all_panels, static_cast<int>(piece), static_cast<int>(pieces));
        const Work work{l, {part.first * tiles, part.last * tiles}};
        const std::size_t panel = tiles * panels::kWidth * panels::kWidth;
        const std::size_t end = offset + part.last * panel + (piece + 1 == pieces ? layer.bias_gradient.size() : 0);
        if (buckets.empty() || buckets.back().phase != &phase || buckets.back().floats.size() >= kBucketFloats) {
          buckets.push_back({&phase, {}, {offset + part.first * panel, end}});
        }
        buckets.back().work.push_back(work);
        buckets.back().floats.last = end;
      }
    }
  }
  return buckets;
}

BatchDivision::RowRange PanelsRanks::begin(std::size_t rows) {
  at_ = index_of(rows);
  exchange_.begin(divisions_[at_]);
  return rows_of(rows);
}

void PanelsRanks::after_phase(const Phase& phase, const Pass& pass, int thread) {
  for (std::size_t b = 0; b < buckets_.size(); ++b) {
    if (buckets_[b].phase != &phase) {
      continue;
    }
    sum(buckets_[b], pass, thread);
    team_.barrier(thread);
    if (thread == 0) {
      exchange_.send_sums(b);
    }
    if (b >= kUnderWay) {
      add(b - kUnderWay, thread);
    }
  }
}

void PanelsRanks::start_sums(const RowResults& rows, std::uint32_t flags) { sums_[at_].start(rows, flags); }

void PanelsRanks::complete(int thread) {
  for (std::size_t b = buckets_.size() - std::min(kUnderWay, buckets_.size()); b < buckets_.size(); ++b) {
    add(b, thread);
  }
  if (thread == 0) {
    exchange_.finish();
  }
  team_.barrier(thread);
}

void PanelsRanks::sum(const Bucket& bucket, const Pass& pass, int thread) {
  const BatchDivision& division = divisions_[at_];
  const auto& subtrees = division.subtrees(ranks_.rank());
  for (const Work& work : bucket.work) {
    LiveLayer& layer = layers_[work.layer];
    const Range part = share(work.tiles.size(), thread, team_.size());
    const Range tiles{work.tiles.first + part.first, work.tiles.first + part.last};
    const auto weights = layer.gradient.data() - gradients_.data();
    const auto bias = layer.bias_gradient.data() - gradients_.data();
    for (std::size_t i = 0; i < subtrees.size(); ++i) {
      const std::size_t first = subtrees[i].first - division.rows_of(ranks_.rank()).first;
      float* const sums = exchange_.sums(i).data();
      panels::gradient_tiles(layer.parameters(), from_row(pass.below(work.layer), first),
                             from_row(pass.layers[work.layer].gradients.view(), first), subtrees[i].size(),
                             sums + weights, sums + bias, tiles);
    }
  }
}

void PanelsRanks::add(std::size_t bucket, int thread) {
  if (thread == 0) {
    exchange_.receive_sums(bucket);
  }
  team_.barrier(thread);
  exchange_.add(bucket, thread, team_.size());
  team_.barrier(thread);
  if (thread == 0) {
    exchange_.send_totals(bucket);
  }
}

}  // namespace strata
