// --threads, --isa, --engine and --precision of the commands that use a trained model.
#pragma once

#include "cli/options/arguments.h"
#include "engine/inference.h"
#include "settings/run_config.h"

namespace strata::cli {

/// --threads, or what affinity and the cgroup quota allow. Warns of more than that, unless --quiet is given.
int thread_count(const Arguments& arguments);

/// --isa. Throws Error(usage) if this CPU lacks it.
kernels::InstructionSet instruction_set(const Arguments& arguments);

/// The engine and the precision that are given, or else the run's. Throws Error(usage) for choices that contradict each
/// other.
ComputeChoice compute_choice(const Arguments& arguments, const RunConfig& run);

}  // namespace strata::cli
