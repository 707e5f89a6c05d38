// The benchmarks' program: a table for the step, tables for the kernels. Every answer is checked before it is timed.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>
#include <vector>

#include "bench/contest.h"
#include "bench/default_run.h"
#include "bench/kernel_bench.h"
#include "bench/layer_bench.h"
#include "bench/part_bench.h"
#include "bench/selection.h"
#include "bench/step_bench.h"
#include "core/error.h"
#include "kernels/instruction_set.h"
#include "kernels/onednn/version.h"

namespace strata::bench {

namespace {

constexpr std::string_view kUsage =
    "usage: strata_bench [step|kernels|all] [OPTION…]\n"
    "\n"
    "  step     the whole training step beside a plain loop over the same oneDNN primitives\n"
    "  kernels  each kernel, and loading, scaling, evaluation and memory\n"
    "  all      both (the default)\n"
    "\n";

constexpr std::string_view kNotes =
    "\n"
    "Best, median and spread (between the quartiles) of alternating rounds, beside a loop of FMAs timed in the same\n"
    "rounds. Every answer is compared with the oracle's before it is timed; a wrong one ends the program with exit\n"
    "code 1.\n";

void run(const Selection& selection) {
  fmt::print("{}, oneDNN {}\n", kernels::instruction_set_name(), kernels::onednn::version());
  warn_if_busy();
  if (selection.suite != "step") {
    bench_memory();
  }
  if (selection.suite != "kernels") {
    bench_steps(selection);
  }
  if (selection.suite != "step") {
    const DataSource source = load_default_data(thread_counts().back());
    bench_layers();
    bench_kernels(source.train);
    bench_parts(source);
  }
}

}  // namespace

}  // namespace strata::bench

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  try {
    if (std::ranges::find(arguments, "--help") != arguments.end()) {
      fmt::print("{}{}{}", strata::bench::kUsage, strata::bench::selection_help(), strata::bench::kNotes);
      return EXIT_SUCCESS;
    }
    strata::bench::run(strata::bench::parse_selection(arguments));
    return EXIT_SUCCESS;
  } catch (const strata::Error& error) {
    fmt::print(stderr, "strata_bench: {}\n", error.what());
    return 1 + static_cast<int>(error.kind());  // failed 1, usage 2, data 3
  } catch (const std::exception& error) {
    fmt::print(stderr, "strata_bench: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
