// Running means of an epoch, and the clock.
#pragma once

#include <chrono>
#include <cstddef>

#include "engine/engine.h"

namespace strata {

/// Step sums added in step order, divided by the rows seen; losses by the sum of their weights.
class EpochMeans {
 public:
  EpochMeans() = default;
  /// Goes on from these.
  EpochMeans(const LossSums& sums, std::size_t rows) : sums_(sums), rows_(rows) {}

  void add(const LossSums& sums, std::size_t rows) {
    sums_.loss += sums.loss;
    sums_.weight += sums.weight;
    sums_.figure += sums.figure;
    rows_ += rows;
  }

  const LossSums& sums() const { return sums_; }
  std::size_t rows() const { return rows_; }
  double loss() const { return sums_.mean_loss(); }
  /// Of the objective's quick figure.
  double figure() const { return sums_.figure / static_cast<double>(rows_); }

 private:
  LossSums sums_;
  std::size_t rows_ = 0;
};

/// Seconds since it was made, and `before` that.
class Stopwatch {
 public:
  Stopwatch() = default;
  explicit Stopwatch(double before) : before_(before) {}
  double seconds() const {
    return before_ + std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  double before_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace strata
