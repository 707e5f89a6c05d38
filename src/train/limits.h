// What ends a run from outside: its length, limits of steps and seconds, and whoever asks it to stop.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "dist/communicator.h"
#include "train/metrics.h"
#include "train/train_config.h"

namespace strata {

/// The seconds that a run and its epoch at hand have taken. It stands while nobody trains.
class RunClock {
 public:
  RunClock() = default;
  /// Goes on from there.
  RunClock(double run, double epoch) : run_(run), epoch_(epoch), trained_(epoch) {}

  void start() { going_.emplace(); }
  void pause();
  void begin_epoch();
  /// A step is made.
  void mark_step() { trained_ = epoch_seconds(); }

  double seconds() const { return run_ + (going_ ? going_->seconds() : 0); }
  double epoch_seconds() const { return epoch_ + (going_ ? going_->seconds() : 0); }
  /// Of the epoch, until its last step.
  double trained_seconds() const { return trained_; }

 private:
  double run_ = 0;    ///< until the clock was last started
  double epoch_ = 0;  ///< likewise
  double trained_ = 0;
  std::optional<Stopwatch> going_;
};

/// With several ranks, what one of them sees alone (a signal, a clock) ends nothing by itself: it travels with the next
/// step, so that all stop after the same one.
class Limits {
 public:
  Limits(const TrainConfig& config, std::size_t steps_per_epoch);

  /// How many steps the run takes if nothing ends it early.
  std::uint64_t horizon() const { return horizon_; }

  /// The run goes on after so many seconds of its own and of its epoch, which every rank is told alike.
  void go_on(double seconds, double epoch_seconds);
  RunClock& clock() { return clock_; }
  const RunClock& clock() const { return clock_; }

  /// The run is to end once `stop` is true.
  void stop_when(std::function<bool()> stop) { stop_ = std::move(stop); }
  bool stop_requested() const;
  /// Whether the run has made all the steps, or taken all the seconds, that it may.
  bool reached(std::uint64_t steps) const;

  /// What this rank lets the others know with a step; none without others.
  std::uint32_t flags() const;
  /// What any rank has let know with the last step.
  void hear(std::uint32_t flags) { heard_ = flags; }

 private:
  bool asked_to_stop() const { return stop_ && stop_(); }
  bool time_is_up() const;

  Communicator* ranks_;
  std::optional<std::uint64_t> max_steps_;
  std::optional<double> max_seconds_;
  std::uint64_t horizon_;
  double seconds_before_ = 0;  ///< when the run was last begun
  RunClock clock_;
  std::function<bool()> stop_;
  std::uint32_t heard_ = 0;
};

}  // namespace strata
