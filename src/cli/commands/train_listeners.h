// Those who show a run of `strata train` as its settings ask for it.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "cli/options/option_values.h"
#include "data/load.h"
#include "train/observer.h"

namespace strata::cli {

/// Announcement, progress and result, in words or as JSON; the result by rank 0, if there are several.
class Listeners {
 public:
  /// `settings` and `source`, the run's data, must outlive it. `speaks`: this is rank 0. `streams`: stdout is one
  /// stream of JSON Lines.
  Listeners(const TrainSettings& settings, const DataSource& source, bool speaks, bool streams);

  std::span<Observer* const> all() const { return pointers_; }

 private:
  void add(std::unique_ptr<Observer> observer);

  std::vector<std::unique_ptr<Observer>> owned_;
  std::vector<Observer*> pointers_;
};

}  // namespace strata::cli
