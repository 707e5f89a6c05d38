#include "train/limits.h"

#include "train/schedules.h"

namespace strata {

namespace {

constexpr std::uint32_t kStopRequested = 1;
constexpr std::uint32_t kTimeIsUp = 2;

}  // namespace

void RunClock::pause() {
  run_ = seconds();
  epoch_ = epoch_seconds();
  going_.reset();
}

void RunClock::begin_epoch() {
  pause();
  epoch_ = 0;
  trained_ = 0;
  start();
}

Limits::Limits(const TrainConfig& config, std::size_t steps_per_epoch)
    : ranks_(config.ranks),
      max_steps_(config.max_steps),
      max_seconds_(config.max_seconds),
      horizon_(strata::horizon(config, steps_per_epoch)) {}

void Limits::go_on(double seconds, double epoch_seconds) {
  seconds_before_ = seconds;
  clock_ = RunClock(seconds, epoch_seconds);
}

bool Limits::stop_requested() const { return ranks_ != nullptr ? (heard_ & kStopRequested) != 0 : asked_to_stop(); }

bool Limits::reached(std::uint64_t steps) const { return (max_steps_ && steps >= *max_steps_) || time_is_up(); }

bool Limits::time_is_up() const {
  if (!max_seconds_) {
    return false;
  }
  return ranks_ != nullptr ? (heard_ & kTimeIsUp) != 0 || seconds_before_ >= *max_seconds_
                           : clock_.seconds() >= *max_seconds_;
}

std::uint32_t Limits::flags() const {
  if (ranks_ == nullptr) {
    return 0;
  }
  return (asked_to_stop() ? kStopRequested : 0) | (max_seconds_ && clock_.seconds() >= *max_seconds_ ? kTimeIsUp : 0);
}

}  // namespace strata
