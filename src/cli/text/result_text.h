// A run's result in words.
#pragma once

#include <string>

#include "train/observer.h"
#include "train/train_config.h"

namespace strata::cli {

/// For stdout, a line each: how far it came, loss and accuracy of validation and test part, the hash of the weights.
std::string result_text(const RunResult& result);

/// A line on what was left of --max-time or --max-steps when the epochs were over; empty if nothing was.
std::string unused_limit_text(const RunResult& result, const TrainConfig& config);

/// Where numbers stopped being finite, at what rates, and what to try; with `not_saved`, that nothing is saved.
std::string divergence_text(const Divergence& divergence, const TrainConfig& config, bool not_saved);

}  // namespace strata::cli
