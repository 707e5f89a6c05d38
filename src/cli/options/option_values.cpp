#include "cli/options/option_values.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "cli/shell/streams.h"
#include "core/error.h"
#include "core/threads.h"
#include "kernels/instruction_set.h"
#include "run/start.h"
#include "settings/choices.h"
#include "settings/parse_value.h"

namespace strata::cli {

namespace {

namespace fs = std::filesystem;

fs::path operand(const Command& command, const Arguments& arguments) {
  const std::vector<std::string>& operands = arguments.operands();
  if (operands.size() != 1) {
    throw usage_error("strata {} expects one MODEL, a .safetensors file or the folder of a run; found {}", command.name,
                      operands.size());
  }
  return operands.front();
}

/// Throws Error(usage) if the model and the data stand in each other's place.
void check_not_swapped(const Command& command, const Arguments& arguments, const fs::path& named) {
  if (arguments.given("data") && is_model(arguments.text("data")) && !is_model(named)) {
    throw usage_error("{} is no model, but {} of --data is one; swap them: strata {} {} --data {}", named.string(),
                      arguments.text("data"), command.name, arguments.text("data"), named.string());
  }
}

}  // namespace

TrainedModel named_model(const Command& command, const Arguments& arguments) {
  const fs::path named = operand(command, arguments);
  check_not_swapped(command, arguments, named);
  return trained_model(named);
}

InputFiles files_read(const Arguments& arguments, const std::optional<DataRequest>& data) {
  InputFiles files;
  for (const std::string& named : arguments.operands()) {
    files.add_model(named);
  }
  if (data) {
    files.add_data(*data);
  }
  return files;
}

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

TrainSettings shown_settings(RunSettings run, const Arguments& arguments) {
  TrainSettings settings{std::move(run)};
  settings.quiet = arguments.given("quiet");
  settings.json = arguments.given("json");
  settings.progress =
      settings.quiet ? ProgressStyle::none : entry_named(kProgressStyles, arguments.text("progress")).value;
  settings.expected = expectations(arguments);
  return settings;
}

TrainSettings train_settings(const Arguments& arguments) {
  return shown_settings(run_settings(arguments, starting_model(arguments)), arguments);
}

}  // namespace strata::cli
