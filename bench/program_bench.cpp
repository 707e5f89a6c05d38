#include "bench/program_bench.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "bench/process.h"
#include "core/error.h"
#include "core/file.h"

namespace strata::bench {

namespace {

constexpr int kProgramRounds = 7;

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

/// A folder that goes with what holds this.
class BenchFolder {
 public:
  BenchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "strata_bench_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw failed_error("cannot make {}: {}", name, system_reason(errno));
    }
    path_ = name;
  }
  ~BenchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  BenchFolder(const BenchFolder&) = delete;
  BenchFolder& operator=(const BenchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// 240 rows of three numbers, and a class that they tell.
void write_small_table(const std::filesystem::path& path) {
  std::ofstream out(path);
  out << "a,b,c,label\n";
  for (int row = 0; row < 240; ++row) {
    const int a = row * 37 % 101;
    const int b = row * 53 % 97;
    out << a << ',' << b << ',' << row % 7 << ',' << (a > b ? "left" : "right") << '\n';
  }
}

/// Many short epochs, of which a run folder keeps as much as of long ones: what that costs, and the page.
void bench_run_folder(const Setup& setup, Report& report) {
  constexpr double kBytesOfMegabyte = 1e6;
  const BenchFolder folder;
  const std::string table = folder.path() / "table.csv";
  const std::string run = folder.path() / "run";
  write_small_table(table);
  const std::vector<std::string> alone{
      "--data", table, "--hidden", "8", "--epochs", setup.effort.quick ? "100" : "10000", "--threads", "1"};
  std::vector<std::string> kept = alone;
  kept.insert(kept.end(), {"--run-dir", run});
  const auto of_run = [](std::string name, std::function<double()> round) {
    return Case{{std::move(name), "", 240, 1, "", ""}, Work::none, 0, {}, std::move(round)};
  };
  run_contest(report, setup.effort, kProgramRounds,
              {of_run("10,000 epochs of 240 rows", [&] { return run_strata(alone).wall; }),
               of_run("the same with a run folder and its page",
                      [&] {
                        std::filesystem::remove_all(run);
                        return run_strata(kept).wall;
                      }),
               of_run("that page alone", [&] {
                 return run_process({STRATA_PROGRAM, "report", run, "--quiet"}).wall;
               })});
  report.add(Figure{
      "that page", "MB",
      static_cast<double>(std::filesystem::file_size(std::filesystem::path(run) / "report.html")) / kBytesOfMegabyte});
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
  run_contest(report, setup.effort, kProgramRounds, cases);
  for (const int threads : setup.threads()) {
    bench_default_run(report, setup.effort, threads);
  }
  bench_run_folder(setup, report);
}

}  // namespace strata::bench
