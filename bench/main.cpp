// The benchmarks' program: a table for the step, tables for the kernels. Every answer is checked before it is timed.

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

#include "bench/contest.h"
#include "bench/default_run.h"
#include "bench/kernel_bench.h"
#include "bench/layer_bench.h"
#include "bench/part_bench.h"
#include "bench/step_bench.h"
#include "core/error.h"
#include "kernels/instruction_set.h"
#include "kernels/onednn/version.h"

namespace strata::bench {

namespace {

constexpr std::string_view kUsage =
    "usage: strata_bench [step|kernels|all]\n"
    "\n"
    "  step     the whole training step beside a plain loop over the same oneDNN primitives\n"
    "  kernels  each kernel, and loading, scaling, evaluation and memory\n"
    "  all      both (the default)\n"
    "\n"
    "Best, median and spread (between the quartiles) of alternating rounds, beside a loop of FMAs timed in the same\n"
    "rounds. Every answer is compared with the oracle's before it is timed; a wrong one ends the program with exit\n"
    "code 1.\n";

void run(std::string_view which) {
  if (which != "step" && which != "kernels" && which != "all") {
    throw usage_error("'{}' is no benchmark; known are step, kernels and all", which);
  }
  fmt::print("784-300-100-50-10, {}, oneDNN {}\n", kernels::instruction_set_name(), kernels::onednn::version());
  warn_if_busy();
  if (which != "step") {
    bench_memory();
  }
  const DataSource source = load_default_data(thread_counts().back());
  if (which != "kernels") {
    bench_steps(source);
  }
  if (which != "step") {
    bench_layers();
    bench_kernels(source.train);
    bench_parts(source);
  }
}

}  // namespace

}  // namespace strata::bench

int main(int argc, char** argv) {
  const std::string_view which = argc > 1 ? argv[1] : "all";
  try {
    if (which == "--help") {
      fmt::print("{}", strata::bench::kUsage);
      return EXIT_SUCCESS;
    }
    if (argc > 2) {
      throw strata::usage_error("one argument at most, but got {}; see --help", argc - 1);
    }
    strata::bench::run(which);
    return EXIT_SUCCESS;
  } catch (const strata::Error& error) {
    fmt::print(stderr, "strata_bench: {}\n", error.what());
    return 1 + static_cast<int>(error.kind());  // failed 1, usage 2, data 3
  } catch (const std::exception& error) {
    fmt::print(stderr, "strata_bench: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
