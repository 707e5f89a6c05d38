#include "bench/program_bench.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace strata::bench {

namespace {

constexpr int kRounds = 7;

/// A process that has ended well.
struct FinishedRun {
  double wall = 0;       ///< seconds from its start to its end
  double megabytes = 0;  ///< peak of resident memory
  nlohmann::json result;
};

/// All that can be read from `descriptor`, which is closed.
std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; (count = read(descriptor, buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  close(descriptor);
  return text;
}

/// `strata train --json OPTION…`
FinishedRun run_strata(std::vector<std::string> options) {
  std::vector<std::string> words{STRATA_PROGRAM, "train", "--json", "--quiet"};
  words.insert(words.end(), options.begin(), options.end());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);

  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) {
    throw failed_error("no pipe for {}'s result", STRATA_PROGRAM);
  }
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  const Stopwatch clock;
  pid_t process = 0;
  const int error = posix_spawn(&process, STRATA_PROGRAM, &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  const std::string text = read_all(pipe_ends[0]);
  int status = 0;
  rusage usage{};
  if (error != 0 || wait4(process, &status, 0, &usage) != process || status != 0) {
    throw failed_error("{} train failed: {}", STRATA_PROGRAM, text);
  }
  return {clock.seconds(), static_cast<double>(usage.ru_maxrss) * 1024e-6, nlohmann::json::parse(text)};
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
