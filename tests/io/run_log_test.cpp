#include "io/run_log.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/file.h"
#include "tests/catch.h"
#include "tests/core/temporary_folder.h"
#include "tests/io/expect_error.h"

namespace strata::io_run_log_test {

using nlohmann::json;
using nlohmann::ordered_json;
using test::expect_error;
using test::TemporaryFolder;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const ordered_json kConfig{{"batch_size", 32}, {"lower", "sgd,lr=0.01"}, {"learning_rate", 0.1}};

std::vector<json> lines_of(const std::filesystem::path& path) {
  std::istringstream text(test::read_text(path));
  std::vector<json> lines;
  for (std::string line; std::getline(text, line);) {
    lines.push_back(json::parse(line));
  }
  return lines;
}

void log_run(RunLog& log) {
  TrainConfig config;
  config.threads = 3;  // of which the engine takes two
  RunInfo run{config, 271'000, 784, 10, 48'000, 12'000, 10'000, 1500, "onednn \"x\"", 2};
  run.targets = {TargetKind::classes, 10};
  log.on_run(run);
}

StepInfo step_info(double loss) { return {1, 2, 3, loss, 0.1 + 0.2, {"accuracy", 1.0 / 3}, 0.5, 64, {}}; }

}  // namespace

TEST_CASE("the run log's lines are JSON with the promised fields", "[io]") {
  const TemporaryFolder folder;
  {
    RunLog log(folder / "metrics.jsonl", kConfig);
    log_run(log);
    CHECK(lines_of(folder / "metrics.jsonl").size() == 1);  // at once
    const LearningRates rates{{"lower", 0.01}, {"upper", 0.001}};
    StepInfo step = step_info(0.7);
    step.learning_rates = rates;
    log.on_step(step);
    log.on_epoch({1,
                  1500,
                  0.5,
                  {{"accuracy", 0.75}},
                  0.25,
                  {{"accuracy", 0.875}, {"macro_f1", 0.8}},
                  1.5,
                  32'000.5,
                  rates,
                  1,
                  {0.5, 0.25, kNan}});
    CHECK(lines_of(folder / "metrics.jsonl").size() == 3);
    log.on_epoch({2, 3000, 0.5, {{"accuracy", 0.75}}, {}, {}, 1.5, 32'000.5, {}});
    RunResult result{RunStatus::completed,
                     2,
                     3000,
                     0.5,
                     {{"accuracy", 0.75}},
                     0.25,
                     {{"accuracy", 0.875}},
                     0.125,
                     {{"accuracy", 0.9}},
                     3,
                     "0123456789abcdef"};
    log.on_result(result);
    CHECK(lines_of(folder / "metrics.jsonl").size() == 5);
    result.monitor = Monitor{"auc"};
    result.best_epoch = 1;
    result.best_value = 0.75;
    result.stopped_early = result.restored_best = true;
    log.on_result(result);
  }
  const std::vector<json> lines = lines_of(folder / "metrics.jsonl");
  REQUIRE(lines.size() == 6);
  CHECK(lines[0] == json::parse(R"({"type":"run","schema":1,
      "config":{"batch_size":32,"lower":"sgd,lr=0.01","learning_rate":0.1},
      "parameters":271000,"features":784,"classes":10,"train_rows":48000,"validation_rows":12000,"test_rows":10000,
      "steps_per_epoch":1500,"engine":"onednn \"x\"","threads":2})"));
  CHECK(lines[1] == json{{"type", "step"},
                         {"epoch", 1},
                         {"step", 2},
                         {"global_step", 3},
                         {"loss", 0.7},
                         {"mean_loss", 0.1 + 0.2},
                         {"mean_accuracy", 1.0 / 3},
                         {"learning_rates", {{"lower", 0.01}, {"upper", 0.001}}}});
  CHECK(lines[2] == json::parse(R"({"type":"epoch","epoch":1,"global_step":1500,"train_loss":0.5,
      "train_accuracy":0.75,"val_loss":0.25,"val_accuracy":0.875,"val_macro_f1":0.8,"best_epoch":1,
      "seconds":1.5,"samples_per_second":32000.5,
      "learning_rates":{"lower":0.01,"upper":0.001},"update_ratios":[0.5,0.25,null]})"));
  CHECK(lines[3] == json::parse(R"({"type":"epoch","epoch":2,"global_step":3000,"train_loss":0.5,
      "train_accuracy":0.75,"seconds":1.5,"samples_per_second":32000.5,"learning_rates":{}})"));
  CHECK(lines[4] == json::parse(R"({"type":"result","status":"completed","epochs":2,"steps":3000,"train_loss":0.5,
      "train_accuracy":0.75,"val_loss":0.25,"val_accuracy":0.875,"test_loss":0.125,"test_accuracy":0.9,
      "stopped_early":false,"restored_best":false,"seconds":3,"weights_hash":"0123456789abcdef"})"));
  CHECK(lines[5]["monitor"] == "val_auc");
  CHECK(lines[5]["best_epoch"] == 1);
  CHECK(lines[5]["best_value"] == 0.75);
  CHECK(lines[5]["stopped_early"] == true);
  CHECK(lines[5]["restored_best"] == true);
}

TEST_CASE("the run log's numbers read back exactly, and what is no number is null", "[io]") {
  const TemporaryFolder folder;
  using Limits = std::numeric_limits<double>;
  const std::vector<double> numbers{0.0,
                                    -0.0,
                                    1.0,
                                    0.1,
                                    1.0 / 3,
                                    2.302585092994046,
                                    1e-7,
                                    5e-324,
                                    1e22,
                                    1e300,
                                    Limits::max(),
                                    Limits::min(),
                                    123e9,
                                    0.1 + 0.2,
                                    -1e-5,
                                    9007199254740993.0,
                                    std::nextafter(1.0, 2.0)};
  {
    RunLog log(folder / "m", kConfig);
    for (const double number : numbers) {
      log.on_step(step_info(number));
    }
    log.on_step(step_info(Limits::quiet_NaN()));
    log.on_step(step_info(Limits::infinity()));
  }
  const std::vector<json> lines = lines_of(folder / "m");
  REQUIRE(lines.size() == numbers.size() + 2);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    CHECK(lines[i]["loss"].get<double>() == numbers[i]);
  }
  CHECK(lines[numbers.size()]["loss"].is_null());
  CHECK(lines[numbers.size() + 1]["loss"].is_null());
}

TEST_CASE("many steps reach the file while the run goes on, and it holds whole lines only", "[io]") {
  const TemporaryFolder folder;
  RunLog log(folder / "m", kConfig);
  for (int i = 0; i < 2000; ++i) {
    log.on_step(step_info(i));
  }
  const std::string text = test::read_text(folder / "m");
  CHECK(text.size() >= 64 * 1024);
  CHECK(text.back() == '\n');
}

TEST_CASE("a run that ends by an exception keeps its steps", "[io]") {
  const TemporaryFolder folder;
  try {
    RunLog log(folder / "m", kConfig);
    log.on_step(step_info(1));
    throw std::runtime_error("stop");
  } catch (const std::runtime_error&) {
  }
  CHECK(lines_of(folder / "m").size() == 1);
}

TEST_CASE("the run log overwrites its file", "[io]") {
  const TemporaryFolder folder;
  test::write_text(folder / "m", std::string(10'000, 'x'));
  RunLog log(folder / "m", kConfig);
  CHECK(test::read_text(folder / "m").empty());
}

TEST_CASE("a run log that cannot be written is an error that names the file", "[io]") {
  const TemporaryFolder folder;
  const std::string missing = folder / "missing/m";
  expect_error(ErrorKind::failed, missing, "No such file", [&] { RunLog log(missing, kConfig); });
  expect_error(ErrorKind::failed, folder.path().string(), "Is a directory",
               [&] { RunLog log(folder.path().string(), kConfig); });
  RunLog full("/dev/full", kConfig);
  expect_error(ErrorKind::failed, "/dev/full", "No space left", [&] { log_run(full); });
  expect_error(ErrorKind::failed, "/dev/full", "No space left", [&] {
    for (int i = 0; i < 2000; ++i) {
      full.on_step(step_info(i));
    }
  });
  expect_error(ErrorKind::failed, "/dev/full", "No space left", [&] { full.on_result({}); });
}

TEST_CASE("a closed stdout is an error", "[io]") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  ::close(ends[0]);
  const auto handler = ::signal(SIGPIPE, SIG_IGN);
  FileDescriptor stdout_before(::dup(STDOUT_FILENO));
  ::dup2(ends[1], STDOUT_FILENO);
  ::close(ends[1]);
  const auto error = test::error_of([] {
    RunLog log("-", kConfig);
    log_run(log);
  });
  ::dup2(stdout_before.get(), STDOUT_FILENO);
  ::signal(SIGPIPE, handler);
  expect_error(ErrorKind::failed, "stdout", "Broken pipe", [&] {
    if (error) {
      throw Error(*error);
    }
  });
}

TEST_CASE("a non-blocking pipe that is full is waited for", "[io]") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  FileDescriptor reader(ends[0]);
  FileDescriptor writer(ends[1]);
  ::fcntl(writer.get(), F_SETFL, O_NONBLOCK);
  const std::string text(1'000'000, 'x');
  std::string received;
  std::thread consumer([&] {
    std::string part(65536, '\0');
    for (ssize_t size = 0; (size = ::read(reader.get(), part.data(), part.size())) > 0;) {
      received.append(part.data(), static_cast<std::size_t>(size));
    }
  });
  write_all(writer.get(), std::as_bytes(std::span(text)), "a pipe");
  writer.close();
  consumer.join();
  CHECK(received == text);
}

TEST_CASE("the members of a result, and those of a caller before the hash", "[io]") {
  const std::string diverged = result_members(
      {RunStatus::diverged, 1, 7, std::nan(""), {{"accuracy", 0.1}}, {}, {}, {}, {}, 0.25, "0123456789abcdef"},
      R"(,"threads":2)");
  CHECK(json::parse("{" + diverged + "}") ==
        json::parse(R"({"status":"diverged","epochs":1,"steps":7,"train_loss":null,"train_accuracy":0.1,
      "stopped_early":false,"restored_best":false,"seconds":0.25,"threads":2,"weights_hash":"0123456789abcdef"})"));
  CHECK(diverged.ends_with(R"(,"threads":2,"weights_hash":"0123456789abcdef")"));
  const std::string interrupted = result_members({RunStatus::interrupted, 0, 0, {}, {}, {}, {}, {}, {}, 0, ""});
  CHECK(json::parse("{" + interrupted + "}")["status"] == "interrupted");
}

}  // namespace strata::io_run_log_test
