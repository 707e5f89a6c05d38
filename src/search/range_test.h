// A learning-rate range test: one group's rate rises from step to step while the others are held, and the loss tells
// where it learns and where it fails. Smith, "Cyclical learning rates for training neural networks", WACV 2017.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "search/log_range.h"
#include "train/trainer.h"

namespace strata {

/// What a test has measured, a value a step; it ends early where the loss explodes.
struct RangeTest {
  std::string group;
  std::vector<double> rates;     ///< of the group
  std::vector<double> losses;    ///< the batch's mean loss before the update
  std::vector<double> smoothed;  ///< of losses: smooth()
  std::vector<double> control;   ///< smoothed losses of the same batches while the group stands still; as many values
  double noise = 0;              ///< standard error of control - smoothed, up to where that is the largest
};

/// What a test says.
struct Suggestion {
  double rate = 0;     ///< 0: none
  std::string reason;  ///< why there is none
};

/// Where control - smoothed is the largest; 0 for an empty test.
std::size_t largest_gain(const RangeTest& test);

/// Exponential means with weight 0.95 on the past, divided by the sum of the weights so far, so that they do not begin
/// at 0.
std::vector<double> smooth(const std::vector<double>& values);

/// Makes a trainer of the model as it was; called for each run.
using MakeTrainer = std::function<Trainer()>;

/// Tests group number `group` over `steps` updates at rates that rise through `range` by the same factor; the other
/// groups keep `held`, a rate for each group. Ends early where the loss is not finite or the smoothed one four times
/// what it was; sooner, with what it has, if stop_requested().
RangeTest test_range(const MakeTrainer& make_trainer, std::size_t group, const std::vector<double>& held,
                     const LogRange& range, std::size_t steps, const std::function<bool()>& stop_requested);

/// Half the rate at which training the group gains most over leaving it still (control - smoothed), rounded to 2
/// digits. None, and why, if the gain is not above three standard errors, or lies at the end of a test that did not
/// explode.
Suggestion suggest(const RangeTest& test);

}  // namespace strata
