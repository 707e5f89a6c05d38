// A learning-rate range test: one group's rate rises from step to step while the others are held, and the loss tells
// where it learns and where it fails. Smith, "Cyclical learning rates for training neural networks", WACV 2017.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/loss.h"
#include "optim/optimizer.h"
#include "search/search_space.h"
#include "train/trainer.h"

namespace strata {

/// What a test has measured, a value a step; it ends early where the loss explodes. Losses are means over the test's
/// runs, a run's loss counting as at most kExplosion times its first: as that, too, once it has exploded.
struct RangeTest {
  std::string group;
  std::vector<double> rates;     ///< of the group
  std::vector<double> losses;    ///< the batch's mean loss before the update
  std::vector<double> smoothed;  ///< of losses: smooth()
  std::vector<double> control;   ///< smoothed losses of the same batches while the group stands still; as many values
  double noise = 0;              ///< standard error of control - smoothed, up to where that is the largest
  double blank_loss = 0;         ///< blank_loss() of what is learnt
};

/// What a test says.
struct Suggestion {
  double rate = 0;     ///< 0: none
  double limit = 0;    ///< the rate above which the loss rises; 0 where there is none
  std::string reason;  ///< why there is no rate
};

/// Runs of a test, each with the next seed, so that what it says depends less on one network's initial weights.
constexpr std::uint64_t kRangeRuns = 3;
/// A run ends where its smoothed loss is so many times its first.
constexpr double kExplosion = 4;

/// The loss of a network that has learnt nothing of the features and says the same of every training row: of classes
/// the same share of each; of each label its share of the rows, and of each number its mean.
double blank_loss(const Task& task, const DataSource& source);

/// Where control - smoothed is the largest; 0 for an empty test.
std::size_t largest_gain(const RangeTest& test);

/// How many steps a test of `steps` steps over `range` makes while the rate rises as far as smoothing reaches, which is
/// a fixed part of a decade: at least one.
std::size_t smoothing_reach(const LogRange& range, std::size_t steps);

/// Weighted means over the values that lie no further than `reach` away, to either side, so that they lag behind
/// nothing. Weights fall evenly from the middle.
std::vector<double> smooth(std::span<const double> values, std::size_t reach);

/// Makes a trainer of the model as it was, of the configuration's seed plus `run`.
using MakeTrainer = std::function<Trainer(std::uint64_t run)>;

/// Tests group number `group` over `steps` updates at rates that rise through `range` by the same factor; the other
/// groups keep `held`, a rate for each group. Ends where every run has exploded; sooner, with what it has, if
/// stop_requested(). `heard` is told what there is after each run but the last.
RangeTest test_range(
    const MakeTrainer& make_trainer, std::size_t group, const std::vector<double>& held, const LogRange& range,
    std::size_t steps, const std::function<bool()>& stop_requested,
    const std::function<void(const RangeTest&)>& heard = [](const RangeTest&) {});

/// The share of the limit that is suggested for the optimizer. Where the gradient's size does not count, steps of a
/// rate at which the loss still falls for a while are much too long for it to end low.
double suggested_share(const OptimizerSpec& optimizer);

/// `share` of the largest rate at which the smoothed loss lies no more than a fifth of blank_loss above its lowest,
/// rounded to 2 digits. None, and why, if the gain (control - smoothed) is nowhere above three standard errors, the
/// loss is the lowest at the first rate, or it does not rise so far by the test's end.
Suggestion suggest(const RangeTest& test, double share);

}  // namespace strata
