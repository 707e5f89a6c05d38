// The benchmarks' program: a table for the step, tables for the kernels. Every answer is checked before it is timed.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>
#include <vector>

#include "bench/comparison.h"
#include "bench/kernel_bench.h"
#include "bench/layer_bench.h"
#include "bench/model_bench.h"
#include "bench/panels_bench.h"
#include "bench/part_bench.h"
#include "bench/program_bench.h"
#include "bench/ranks_bench.h"
#include "bench/setup.h"
#include "bench/step_bench.h"
#include "bench/table_bench.h"
#include "core/error.h"
#include "data/tbb/backend.h"
#include "engine/onednn/engine.h"
#include "engine/panels/engine.h"
#include "kernels/instruction_set.h"
#include "kernels/onednn/cpu_isa.h"

namespace strata::bench {

namespace {

constexpr std::string_view kUsage =
    "usage: strata_bench [step|kernels|parts|program|model|ranks|all] [OPTION…]\n"
    "       strata_bench compare OLD NEW\n"
    "\n"
    "  step     the whole training step beside a plain loop over oneDNN's primitives\n"
    "  kernels  each kernel of both engines, and the phases of the panels engine's step\n"
    "  parts    loading images and tables, fitting the scaler, evaluation\n"
    "  program  a process from its start to its first step; time and memory of a default run; what a run folder costs\n"
    "  all      these four (the default)\n"
    "  model    a cost model of the step, fitted to some steps and held against others; of the options it takes\n"
    "           --rounds and --quick\n"
    "  ranks    training by ranks of this machine beside threads alone; the exchange alone; a cost model of both, "
    "read\n"
    "           out for many machines; of the options it takes --batch, --rounds and --quick\n"
    "  compare  two --json files; exit code 1 if anything became slower beyond noise\n"
    "\n";

constexpr std::string_view kNotes =
    "\n"
    "Best, median and spread (between the quartiles) of alternating rounds, beside a loop of FMAs timed in the same\n"
    "rounds. Every answer but those of model is compared with the oracle's before it is timed; a wrong one ends the\n"
    "program with exit code 1.\n";

void run(const Selection& selection) {
  kernels::require_instruction_set(selection.isa);
  kernels::limit_process(selection.isa);
  register_onednn_engine();
  register_panels_engine();
  use_parallel_backend(tbb_threads());
  kernels::onednn::set_newest_instruction_set(selection.isa);
  const Setup setup{selection, {selection.rounds, selection.quick}};
  Report report;
  const auto wants = [&](std::string_view suite) { return selection.suite == "all" || selection.suite == suite; };
  fmt::print("{}, oneDNN {}; load average {:.1f}\n", kernels::instruction_set_name(), kernels::onednn::version(),
             load_average());
  if (selection.suite == "model") {
    if (!selection.json.empty() || !selection.batches.empty() || !selection.threads.empty() ||
        !selection.engines.empty() || !selection.models.empty()) {
      throw usage_error("model has its own steps; it takes --rounds and --quick only");
    }
    bench_model(setup);
    return;
  }
  if (selection.suite == "ranks") {
    if (!selection.json.empty() || !selection.threads.empty() || !selection.engines.empty() ||
        !selection.models.empty()) {
      throw usage_error("ranks takes --batch, --rounds and --quick only");
    }
    bench_ranks(setup);
    return;
  }
  if (wants("program")) {
    bench_program(setup, report);
  }
  if (wants("step")) {
    bench_steps(setup, report);
  }
  if (wants("kernels") || wants("parts")) {
    const DataSource source = load_default_data(thread_counts().back());
    if (wants("kernels")) {
      bench_panels(setup, report, source);
      bench_layers(setup, report);
      bench_kernels(setup, report, source.train);
    }
    if (wants("parts")) {
      bench_parts(setup, report, source);
      bench_tables(setup, report);
    }
  }
  report.print_load();
  if (!selection.json.empty()) {
    report.write(selection.json);
  }
}

/// The exit code.
int run_arguments(const std::vector<std::string_view>& arguments) {
  if (std::ranges::find(arguments, "--help") != arguments.end()) {
    fmt::print("{}{}{}", kUsage, selection_help(), kNotes);
    return EXIT_SUCCESS;
  }
  if (!arguments.empty() && arguments.front() == "compare") {
    if (arguments.size() != 3) {
      throw usage_error("compare needs two files, OLD and NEW; see --help");
    }
    return compare_files(std::string(arguments[1]), std::string(arguments[2])) ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  run(parse_selection(arguments));
  return EXIT_SUCCESS;
}

}  // namespace

int main_of(int argc, char** argv) {
  try {
    return run_arguments({argv + 1, argv + argc});
  } catch (const Error& error) {
    fmt::print(stderr, "strata_bench: {}\n", error.what());
    return 1 + static_cast<int>(error.kind());  // failed 1, usage 2, data 3
  } catch (const std::exception& error) {
    fmt::print(stderr, "strata_bench: {}\n", error.what());
    return EXIT_FAILURE;
  }
}

}  // namespace strata::bench

int main(int argc, char** argv) { return strata::bench::main_of(argc, argv); }
