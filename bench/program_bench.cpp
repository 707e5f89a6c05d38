#include "bench/program_bench.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "bench/process.h"
#include "core/error.h"

namespace strata::bench {

namespace {

constexpr int kRounds = 7;

struct FinishedRun {
  double wall = 0;
  double megabytes = 0;
  nlohmann::json result;
};

/// `strata train --json OPTION…`
FinishedRun run_strata(const std::vector<std::string>& options) {
  std::vector<std::string> words{STRATA_PROGRAM, "train", "--json", "--quiet"};
  words.insert(words.end(), options.begin(), options.end());
  const FinishedProcess process = run_process(words);
  return {process.wall, process.megabytes, nlohmann::json::parse(process.text)};
}

/// The process less its run, which is a step and the evaluation of all parts; the step itself is under a millisecond.
double start_up_seconds(int threads) {
  const FinishedRun run = run_strata({"--max-steps", "1", "--threads", std::to_string(threads)});
  return run.wall - run.result.at("seconds").get<double>();
}

void bench_default_run(Report& report, const Effort& effort, int threads) {
  const FinishedRun run = run_strata({"--threads", std::to_string(threads), "--epochs", effort.quick ? "1" : "10"});
  const double accuracy = run.result.at("test_accuracy").get<double>();
  if (!(accuracy > 0.8)) {
    throw failed_error("the default run reaches a test accuracy of {} only", accuracy);
  }
  report.add(Figure{fmt::format("default run, {} threads, wall time", threads), "s", run.wall});
  report.add(Figure{fmt::format("default run, {} threads, peak of resident memory", threads), "MB", run.megabytes});
}

}  // namespace

void bench_program(const Setup& setup, Report& report) {
  if (!std::filesystem::exists(STRATA_PROGRAM)) {
    report.skip("the program", "it is not built");
    return;
  }
  report.start_table("The program");
  std::vector<Case> cases;
  for (const int threads : setup.threads()) {
    cases.push_back({{"process start to first step", "", 1, threads, "", ""}, Work::none, 0, {}, [=] {
                       return start_up_seconds(threads);
                     }});
  }
  run_contest(report, setup.effort, kRounds, cases);
  for (const int threads : setup.threads()) {
    bench_default_run(report, setup.effort, threads);
  }
}

}  // namespace strata::bench
