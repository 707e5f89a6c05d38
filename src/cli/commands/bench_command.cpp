#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/commands.h"
#include "cli/options/options.h"
#include "cli/shell/message.h"
#include "cli/shell/output.h"
#include "cli/text/bench_text.h"
#include "cli/text/help.h"
#include "core/threads.h"
#include "kernels/instruction_set.h"
#include "run/bench.h"

namespace strata::cli {

namespace {

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

Outcome run_bench(const std::vector<std::string>& words) {
  const Command command = bench_command();
  const Arguments arguments = parse_arguments(command, words);
  if (!print_if_asked(command, arguments)) {
    naming_file(arguments, measure);
  }
  return Outcome::done;
}

}  // namespace strata::cli
