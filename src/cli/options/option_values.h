// What a command line's options and operands come to, for the commands that share them: MODEL, --threads, --isa,
// --engine and --precision, --live, and all that `strata train` is asked to do.
#pragma once

#include <cstdint>
#include <optional>

#include "cli/options/arguments.h"
#include "data/load.h"
#include "dist/communicator.h"
#include "engine/engine.h"
#include "io/input_files.h"
#include "run/trained_model.h"
#include "settings/expectations.h"
#include "settings/run_config.h"
#include "settings/run_settings.h"

namespace strata::cli {

/// The model that the command line's one operand names. Throws Error(usage) for none or several, or if model and data
/// stand in each other's place; and as trained_model.
TrainedModel named_model(const Command& command, const Arguments& arguments);

/// What a command reads: the models that its operands name, and `data`.
InputFiles files_read(const Arguments& arguments, const std::optional<DataRequest>& data);

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

/// What `strata train` is asked to do: a run's settings, and how it shows itself.
struct TrainSettings : RunSettings {
  ProgressStyle progress = ProgressStyle::automatic;
  bool quiet = false;
  bool json = false;
  Expectations expected{};
  std::optional<std::uint16_t> live{};  ///< the port of a live page; 0: a free one
};

/// Of a run with these settings.
TrainSettings shown_settings(RunSettings settings, const Arguments& arguments);

/// Reads the model of --from, too.
/// Throws Error(usage) for a value that is wrong, or an option that does not apply beside the others.
TrainSettings train_settings(const Arguments& arguments);

}  // namespace strata::cli
