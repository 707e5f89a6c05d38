// Running means of an epoch, and the clock.
#pragma once

#include <chrono>
#include <cstddef>

#include "engine/engine.h"

namespace strata {

/// Step sums added in step order, divided by the rows seen; losses by the sum of their weights.
class EpochMeans {
 public:
  void add(const LossSums& sums, std::size_t rows) {
    loss_ += sums.loss;
    weight_ += sums.weight;
    correct_ += sums.correct;
    rows_ += rows;
  }

  std::size_t rows() const { return rows_; }
  double loss() const { return loss_ / weight_; }
  double accuracy() const { return static_cast<double>(correct_) / static_cast<double>(rows_); }

 private:
  double loss_ = 0;
  double weight_ = 0;
  std::size_t correct_ = 0;
  std::size_t rows_ = 0;
};

/// Seconds since it was made.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace strata
