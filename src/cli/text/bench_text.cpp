#include "cli/text/bench_text.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "cli/text/progress_line.h"
#include "cli/text/text_table.h"
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

}  // namespace

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

std::string load_text(const MachineLoad& load) {
  if (!load.is_loaded()) {
    return "";
  }
  return fmt::format(
      "others took {:.1f} CPUs meanwhile{}; on a quiet machine it is faster", load.others + load.stolen,
      load.stolen > MachineLoad::kQuiet ? fmt::format(", the hypervisor {:.1f} of them", load.stolen) : "");
}

}  // namespace strata::cli
