// Says before a run starts what will run.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "cli/options/train_settings.h"
#include "data/load.h"
#include "train/observer.h"

namespace strata::cli {

/// Lines on data, model, groups, engine and threads. `instruction_set`: kernels::instruction_set_name(…).
std::string announcement(const RunInfo& run, const TrainSettings& settings, const DataSource& source,
                         const std::string& instruction_set);

/// The line of a run in that precision on a CPU whose bf16 is slow, as engine/engine.h tells; else empty.
std::string precision_line(kernels::Precision precision, const std::optional<kernels::Bf16Speed>& slow);

/// How many steps a run takes that is so short that it hardly can learn; empty if it is not, or that was asked for.
std::string few_steps(const TrainConfig& config, std::size_t steps_per_epoch);

}  // namespace strata::cli
