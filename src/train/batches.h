// The rows of a run's steps, one step ahead.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/sampler.h"

namespace strata {

/// A run's batches in order, each known while the one before it is trained on, so that an engine may fetch it early.
class Batches {
 public:
  Batches(Sampler sampler, std::uint32_t epochs);

  /// Goes to that step; epochs and steps count from 1. Cheap for the step after the last one asked for.
  void advance(std::uint32_t epoch, std::size_t step);

  std::span<const std::uint32_t> rows() const { return rows_; }
  /// Of the step after it; none after the run's last.
  std::span<const std::uint32_t> next_rows() const { return next_rows_; }

  std::size_t steps_per_epoch() const { return sampler_.steps_per_epoch(); }
  const Sampler& sampler() const { return sampler_; }

 private:
  struct Place {
    std::uint32_t epoch = 0;
    std::size_t step = 0;
    bool operator==(const Place&) const = default;
  };
  Place after(Place place) const;

  Sampler sampler_;
  std::uint32_t epochs_;
  Place next_;  ///< where next_rows_ belong
  std::vector<std::uint32_t> rows_;
  std::vector<std::uint32_t> next_rows_;
};

}  // namespace strata
