#include "cli/compute_options.h"

#include <fmt/format.h>

#include "cli/choices.h"
#include "cli/message.h"
#include "cli/parse_value.h"
#include "core/error.h"
#include "core/threads.h"
#include "kernels/instruction_set.h"
#include "kernels/onednn/bf16_support.h"

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

void apply_instruction_set(const Arguments& arguments) {
  kernels::set_instruction_set(entry_named(kInstructionSets, arguments.text("isa")).value);
}

ComputeChoice compute_choice(const Arguments& arguments, const RunConfig& run) {
  ComputeChoice choice{run.engine, run.precision, thread_count(arguments)};
  if (arguments.given("engine")) {
    choice.engine = entry_named(kEngines, arguments.text("engine")).value;
  }
  if (arguments.given("precision")) {
    choice.precision = entry_named(kPrecisions, arguments.text("precision")).value;
  }
  const std::string& isa = arguments.text("isa");
  if (choice.precision == kernels::Precision::bf16) {
    if (choice.engine == EngineKind::panels) {
      throw usage_error("--engine panels contradicts --precision bf16, which oneDNN computes; use onednn or auto");
    }
    if (isa != "auto") {
      throw usage_error("--isa {} contradicts --precision bf16, which needs newer instructions; use --isa auto", isa);
    }
    kernels::onednn::require_bf16(kernels::onednn::bf16_features());
  }
  if (choice.engine == EngineKind::panels && isa == "baseline") {
    throw usage_error(
        "--engine panels contradicts --isa baseline, which has no fused multiply-adds; use onednn or auto");
  }
  return choice;
}

}  // namespace strata::cli
