// strata bench: what run/bench.h measures, as it is measured and as a table or JSON.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/options/options.h"
#include "cli/shell/streams.h"
#include "core/figure.h"
#include "core/text.h"
#include "core/threads.h"
#include "kernels/instruction_set.h"
#include "run/bench.h"
#include "settings/choices.h"

namespace strata::cli {

namespace {

std::string time_text(double microseconds) {
  return microseconds < 100 ? fmt::format("{:.1f}", microseconds)
                            : grouped_digits(static_cast<std::size_t>(std::llround(microseconds)));
}

/// Whether no row of the same batch size is faster.
bool leads(const BenchResult& result, const BenchRow& row) {
  for (const BenchRow& other : result.rows) {
    if (other.batch_size == row.batch_size && other.samples_per_second > row.samples_per_second) {
      return false;
    }
  }
  return true;
}

std::string samples_text(const BenchRow& row) {
  return grouped_digits(static_cast<std::size_t>(std::llround(row.samples_per_second)));
}

std::vector<std::string> cells(const BenchResult& result, const BenchRow& row) {
  return {fmt::format("{}", row.batch_size),
          fmt::format("{}", row.threads),
          row.engine,
          std::string(name_of(kPrecisions, row.precision)),
          time_text(row.microseconds),
          samples_text(row),
          fmt::format("{:.1f}", row.gflops),
          fmt::format("{:.0f} %", 100 * row.share_of_peak),
          leads(result, row) ? "*" : ""};
}

/// A table, the fastest row of each batch size marked, and a line on what suits best.
std::string bench_text(const BenchResult& result) {
  std::vector<std::vector<std::string>> table{
      {"batch size", "threads", "engine", "precision", "us a step", "samples/s", "GFLOP/s", "of peak", ""}};
  for (const BenchRow& row : result.rows) {
    table.push_back(cells(result, row));
  }
  const BenchRow& best = result.rows[result.best];
  return fmt::format(
      "{}, a training step of each; * the fastest of its batch size\n{}"
      "best: --batch-size {} --threads {} --engine {} --precision {}, {} samples a second\n",
      result.network, aligned(table, Alignment::numbers), best.batch_size, best.threads, best.engine,
      name_of(kPrecisions, best.precision), samples_text(best));
}

/// What others took of the machine meanwhile, a line without its end; empty if that is too little to tell.
std::string load_text(const MachineLoad& load) {
  if (!load.is_loaded()) {
    return "";
  }
  return fmt::format(
      "others took {:.1f} CPUs meanwhile{}; on a quiet machine it is faster", load.others + load.stolen,
      load.stolen > MachineLoad::kQuiet ? fmt::format(", the hypervisor {:.1f} of them", load.stolen) : "");
}

void warn_of_threads(const std::vector<int>& threads) {
  const int most = *std::ranges::max_element(threads);
  if (const int available = available_threads(); most > available) {
    print_warning(
        fmt::format("--threads {} is more than the {} that affinity and the cgroup quota allow", most, available));
  }
}

void measure(const Arguments& arguments) {
  const BenchSettings settings = bench_settings(arguments);
  const bool quiet = arguments.given("quiet");
  kernels::require_instruction_set(settings.run.config.instruction_set);
  if (!quiet) {
    warn_of_threads(settings.threads);
  }
  const DataSource source = bench_data(settings.run);
  const BenchResult result = bench(settings, source, [&](std::size_t batch_size, int threads) {
    if (!quiet) {
      print_notes(fmt::format("batch size {}, {} thread{}\n", batch_size, threads, threads == 1 ? "" : "s"));
    }
  });
  if (const std::string load = load_text(result.load); !quiet && !load.empty()) {
    print_warning(load);
  }
  if (arguments.given("json")) {
    write_json_line(to_json(result));
  } else {
    write_stdout(bench_text(result));
  }
}

}  // namespace

Outcome run_bench(const CommandLine& line) {
  naming_file(line.arguments, measure);
  return Outcome::done;
}

}  // namespace strata::cli
