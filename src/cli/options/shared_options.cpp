#include "cli/options/shared_options.h"

#include <fmt/format.h>

#include "cli/options/choices.h"
#include "cli/shell/streams.h"
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

std::optional<std::uint16_t> live_port(const Arguments& arguments, const Communicator& ranks) {
  if (arguments.given("live") && ranks.world_size() > 1) {
    throw usage_error(
        "‹live› does not apply to several ranks: one process serves the page of its own run; leave it out");
  }
  return live_port(arguments);
}

std::optional<std::uint16_t> live_port(const Arguments& arguments) {
  if (!arguments.given("live")) {
    return std::nullopt;
  }
  const std::string& text = arguments.text("live");
  return text.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(parse_whole("live", text, 1, 65535));
}

}  // namespace strata::cli
