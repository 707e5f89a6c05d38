// What `strata train` says of a run in words: before it starts what will run, and in the end how it went.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "cli/options/option_values.h"
#include "data/load.h"
#include "train/observer.h"
#include "train/train_config.h"

namespace strata::cli {

/// Before the start: lines on data, model, groups, engine and threads. `instruction_set`:
/// kernels::instruction_set_name(…).
std::string announcement(const RunInfo& run, const TrainSettings& settings, const DataSource& source,
                         const std::string& instruction_set);

/// The line of a run in that precision on a CPU whose bf16 is slow, as engine/engine.h tells; else empty.
std::string precision_line(kernels::Precision precision, const std::optional<kernels::Bf16Speed>& slow);

/// How many steps a run takes that is so short that it hardly can learn; empty if it is not, or that was asked for.
std::string few_steps(const TrainConfig& config, std::size_t steps_per_epoch);

/// The result for stdout, a line each: how far it came, loss and accuracy of validation and test part, the hash of the
/// weights.
std::string result_text(const RunResult& result);

/// A line on what was left of --max-time or --max-steps when the epochs were over; empty if nothing was.
std::string unused_limit_text(const RunResult& result, const TrainConfig& config);

/// Where numbers stopped being finite, at what rates, and what to try; with `not_saved`, that nothing is saved.
std::string divergence_text(const Divergence& divergence, const TrainConfig& config, bool not_saved);

}  // namespace strata::cli
