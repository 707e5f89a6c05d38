// A sweep's trials on several ranks: rank 0 hands them out as the others come free, and takes their records.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "dist/communicator.h"
#include "search/trial_pool.h"
#include "train/monitor.h"

namespace strata {

/// Rank 0's end. One call of share() after another, as the sweep goes on, then end().
class TrialLeader : public TrialPartners {
 public:
  explicit TrialLeader(Communicator& ranks) : ranks_(ranks) {}

  void share(TrialQueue& trials) override;

  /// The signal by which another rank was asked to stop, else 0. Any thread may ask.
  int signal() const { return signal_; }

  /// Lets the other ranks go, with `outcome`, and waits until they have heard.
  void end(int outcome);

 private:
  using Json = nlohmann::ordered_json;

  /// Reads all messages that have arrived.
  void hear(TrialQueue* trials);
  void hear(int rank, const Json& message, TrialQueue* trials);
  void take_back(int rank, const Json& message, TrialQueue& trials);
  /// Gives trials to those who wait for one.
  void give(TrialQueue& trials);
  void tell_all(const Json& message);

  Communicator& ranks_;
  std::deque<int> free_;                         ///< ranks that wait for a trial, once for each they could run
  std::map<std::string, const Trial*> running_;  ///< elsewhere, by key
  int left_ = 0;                                 ///< ranks that have gone
  std::atomic<int> signal_{0};
};

/// What another rank needs to make a trial.
struct TrialOrder {
  Point point;  ///< the trial's
  std::uint64_t seed = 0;
  std::uint32_t epochs = 1;
};

/// Any other rank's end.
struct TrialFollower {
  std::size_t jobs = 1;  ///< trials at once
  Monitor monitor{};
  std::function<Trial(const TrialOrder&)> make;
  std::function<int()> signal;  ///< the signal that asks to stop, else 0
};

/// Runs the trials that rank 0 hands out until it ends the sweep; returns the outcome that it gives. Throws what
/// follower.make throws, and Error(failed) for a trial that is another here than on rank 0.
int follow_trials(Communicator& ranks, const TrialFollower& follower);

}  // namespace strata
