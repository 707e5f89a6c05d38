// What every benchmark of a run is told: what to measure, and how long.
#pragma once

#include <cstddef>
#include <vector>

#include "bench/contest.h"
#include "bench/default_run.h"
#include "bench/selection.h"

namespace strata::bench {

struct Setup {
  Selection selection;
  Effort effort;

  std::vector<int> threads() const { return selection.threads.empty() ? thread_counts() : selection.threads; }

  /// Of the whole step.
  std::vector<std::size_t> step_batches() const {
    return chosen_or(effort.quick ? std::vector<std::size_t>{8, 32}
                                  : std::vector<std::size_t>{1, 8, 32, 64, 128, 256, 1024, 4096});
  }

  /// Of a kernel alone.
  std::vector<std::size_t> kernel_batches() const {
    return chosen_or(effort.quick ? std::vector<std::size_t>{32} : std::vector<std::size_t>{32, 128, 1024});
  }

 private:
  std::vector<std::size_t> chosen_or(const std::vector<std::size_t>& own) const {
    return selection.batches.empty() ? own : selection.batches;
  }
};

}  // namespace strata::bench
