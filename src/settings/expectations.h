// What a run must end with, for scripts: ‹fail_below› and ‹expect_hash›.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "settings/given.h"
#include "train/observer.h"

namespace strata {

struct Expectations {
  /// A figure must not end worse than that.
  struct Limit {
    std::string figure;  ///< by its name in the result, such as val_accuracy
    double value = 0;
  };
  std::vector<Limit> limits;
  std::string hash;  ///< of the weights; empty: any
};

/// The text of an option that takes a hash of weights. Throws Error(usage) for what is none.
std::string weights_hash_of(std::string_view option, const std::string& text);

/// Throws Error(usage) for what is no figure with a number, or no hash.
Expectations expectations(const Given& given);

/// Throws Error(usage) if the run has no rows of the part that a figure is of, or its result will not have the figure.
void check_can_be_met(const Expectations& expected, const RunInfo& run);

/// What a completed run has missed first; empty if nothing.
std::string unmet_expectation(const Expectations& expected, const RunResult& result);

}  // namespace strata
