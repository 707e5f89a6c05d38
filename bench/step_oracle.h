// What the first step of a run must compute, in double precision.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/oracle.h"
#include "data/load.h"
#include "model/model.h"
#include "train/train_config.h"

namespace strata::bench {

class StepOracle {
 public:
  /// The loss and gradient of the first batch of a run by `config`, whose engine and threads do not matter.
  StepOracle(const TrainConfig& config, const DataSource& source);

  /// Runs the first step by `config` and compares: the loss to six digits; every weight and bias with what the
  /// optimizer makes of the exact gradient, give or take the roundings of its sum. Throws Error(failed).
  void check(const TrainConfig& config, const DataSource& source) const;
  /// Compares parameters after the first step.
  void check_parameters(const TrainConfig& config, const Parameters& parameters) const;

  /// What the step starts from: parameters, scaler, and the batch's rows of the training part.
  const Parameters& initial() const { return initial_; }
  const Scaler& scaler() const { return scaler_; }
  const std::vector<std::uint32_t>& rows() const { return rows_; }

 private:
  Parameters initial_;
  Scaler scaler_;
  std::vector<std::uint32_t> rows_;
  reference::Network network_;  ///< before the step
  reference::NetworkPass pass_;
};

}  // namespace strata::bench
