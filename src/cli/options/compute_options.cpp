#include "cli/options/compute_options.h"

#include <fmt/format.h>

#include "cli/options/choices.h"
#include "cli/shell/message.h"
#include "core/error.h"
#include "core/threads.h"
#include "kernels/instruction_set.h"
#include "settings/parse_value.h"
#include "settings/run_settings.h"

namespace strata::cli {

int thread_count(const Arguments& arguments) {
  constexpr std::uint64_t kMostThreads = 1024;
  const int available = available_threads();
  if (!arguments.given("threads")) {
    return available;
  }
  const auto threads = static_cast<int>(parse_whole("threads", arguments.text("threads"), 1, kMostThreads));
  if (threads > available && !arguments.given("quiet")) {
    print_warning(
        fmt::format("--threads {} is more than the {} that affinity and the cgroup quota allow", threads, available));
  }
  return threads;
}

kernels::InstructionSet instruction_set(const Arguments& arguments) {
  const kernels::InstructionSet chosen = entry_named(kInstructionSets, arguments.text("isa")).value;
  kernels::require_instruction_set(chosen);
  return chosen;
}

ComputeChoice compute_choice(const Arguments& arguments, const RunConfig& run) {
  ComputeChoice choice{run.engine, run.precision, thread_count(arguments), instruction_set(arguments)};
  if (arguments.given("engine")) {
    choice.engine = entry_named(kEngines, arguments.text("engine")).value;
  }
  if (arguments.given("precision")) {
    choice.precision = entry_named(kPrecisions, arguments.text("precision")).value;
  }
  check_computing(choice.engine, choice.precision, entry_named(kInstructionSets, arguments.text("isa")).value);
  if (choice.precision == kernels::Precision::bf16) {
    require_bf16();
  }
  return choice;
}

}  // namespace strata::cli
