// The values of options that several commands have: --threads, --isa, --engine and --precision, and --live.
#pragma once

#include <cstdint>
#include <optional>

#include "cli/options/arguments.h"
#include "dist/communicator.h"
#include "engine/engine.h"
#include "settings/run_config.h"

namespace strata::cli {

/// --threads, or what affinity and the cgroup quota allow. Warns of more than that, unless --quiet is given.
int thread_count(const Arguments& arguments);

/// --isa. Throws Error(usage) if this CPU lacks it.
kernels::InstructionSet instruction_set(const Arguments& arguments);

/// The engine and the precision that are given, or else the run's. Throws Error(usage) for choices that contradict each
/// other.
ComputeChoice compute_choice(const Arguments& arguments, const RunConfig& run);

/// The port of --live, 0 for a free one; empty: no page is. Throws Error(usage) for what is no port.
std::optional<std::uint16_t> live_port(const Arguments& arguments);

/// The same; and Error(usage) if there are several ranks.
std::optional<std::uint16_t> live_port(const Arguments& arguments, const Communicator& ranks);

}  // namespace strata::cli
