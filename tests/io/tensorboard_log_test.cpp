#include "io/tensorboard_log.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/core/temporary_folder.h"
#include "tests/io/event_reader.h"
#include "tests/io/expect_error.h"

namespace strata::io_tensorboard_log_test {

using nlohmann::ordered_json;
using test::expect_error;
using test::scalars_of;
using test::TemporaryFolder;
namespace tb = test::tb;

namespace {

const ordered_json kConfig{
    {"batch_size", 32}, {"hidden", {300, 100}}, {"lower", "sgd,lr=0.01"}, {"restore_best", true}};
const LearningRates kRates{{"lower", 0.01}, {"upper", 0.001}};

StepInfo step_info(std::uint64_t global_step) {
  StepInfo step{.epoch = 1,
                .step = 1,
                .global_step = global_step,
                .loss = 0.7,
                .mean_loss = 0.3,
                .mean_figure = {"accuracy", 0.5}};
  step.learning_rates = kRates;
  return step;
}

void start(TensorBoardLog& log) {
  const TrainConfig config;
  log.on_run({config, 271'000, 784, 10, 48'000, 12'000, 10'000, 1500, "panels"});
}

std::vector<std::int64_t> starts_of(const std::vector<tb::Event>& events) {
  std::vector<std::int64_t> steps;
  for (const tb::Event& event : events) {
    if (event.session_log().status() == tb::SessionLog::START) {
      steps.push_back(event.step());
    }
  }
  return steps;
}

RunResult result_after(std::uint64_t steps, RunStatus status) {
  RunResult result;
  result.status = status;
  result.steps = steps;
  result.train_loss = 0.5;
  result.test_loss = 0.25;
  return result;
}

}  // namespace

TEST_CASE("steps are kept ever more thinly", "[io]") {
  for (const std::uint64_t kept : {1ULL, 2ULL, 999ULL, 1000ULL, 1010ULL, 9990ULL, 10'000ULL, 10'100ULL, 99'900ULL,
                                   100'000ULL, 101'000ULL, 10'000'000'000ULL}) {
    CAPTURE(kept);
    CHECK(is_kept_step(kept));
  }
  for (const std::uint64_t left_out : {1001ULL, 9999ULL, 10'010ULL, 100'100ULL, 1'001'000ULL}) {
    CAPTURE(left_out);
    CHECK_FALSE(is_kept_step(left_out));
  }
  std::size_t kept = 0;
  for (std::uint64_t step = 1; step <= 1'000'000; ++step) {
    kept += is_kept_step(step) ? 1 : 0;
  }
  CHECK(kept == 1000 + 3 * 900);
}

TEST_CASE("an event file has a run's figures under the metrics' names, at their steps", "[io]") {
  const TemporaryFolder folder;
  {
    TensorBoardLog log(folder.path(), kConfig);
    start(log);
    log.on_step(step_info(1));
    log.on_epoch({1,
                  1500,
                  0.5,
                  {{"accuracy", 0.75}},
                  0.25,
                  {{"accuracy", 0.875}, {"macro_f1", 0.8}},
                  1.5,
                  32'000.5,
                  kRates,
                  1,
                  {0.5, 0.25}});
    log.on_epoch({2, 3000, 0.4, {{"accuracy", 0.8}}, {}, {}, 1.5, 32'000.5, {}});
    log.on_result(result_after(3000, RunStatus::completed));
  }
  const std::vector<tb::Event> events = test::events_in(folder.path());
  CHECK(events.front().file_version() == "brain.Event:2");
  CHECK(events.front().wall_time() > 1.7e9);
  CHECK(starts_of(events) == std::vector<std::int64_t>{1});
  using Points = std::vector<std::pair<std::int64_t, float>>;
  const auto scalars = scalars_of(events);
  CHECK(scalars.at("step/loss") == Points{{1, 0.7F}});
  CHECK(scalars.at("step/mean_loss") == Points{{1, 0.3F}});
  CHECK(scalars.at("step/mean_accuracy") == Points{{1, 0.5F}});
  CHECK(scalars.at("step/learning_rates/upper") == Points{{1, 0.001F}});
  CHECK(scalars.at("epoch/train_loss") == Points{{1500, 0.5F}, {3000, 0.4F}});
  CHECK(scalars.at("epoch/train_accuracy") == Points{{1500, 0.75F}, {3000, 0.8F}});
  CHECK(scalars.at("epoch/val_loss") == Points{{1500, 0.25F}});
  CHECK(scalars.at("epoch/val_accuracy") == Points{{1500, 0.875F}});
  CHECK(scalars.at("epoch/val_macro_f1") == Points{{1500, 0.8F}});
  CHECK_FALSE(scalars.contains("epoch/val_auc"));
  CHECK(scalars.at("epoch/samples_per_second") == Points{{1500, 32'000.5F}, {3000, 32'000.5F}});
  CHECK(scalars.at("epoch/learning_rates/lower") == Points{{1500, 0.01F}});
  CHECK(scalars.at("epoch/update_ratios/1") == Points{{1500, 0.25F}});
  CHECK(scalars.at("result/test_loss") == Points{{3000, 0.25F}});
  CHECK_FALSE(scalars.contains("result/val_loss"));
}

TEST_CASE("an event file tells HParams the run's options and its end", "[io]") {
  const auto status = [](RunStatus of) {
    const TemporaryFolder folder;
    TensorBoardLog log(folder.path(), kConfig);
    start(log);
    log.on_result(result_after(1, of));
    const std::vector<tb::Event> events = test::events_in(folder.path());
    const auto options = test::hparams_of(events, "session_start_info").session_start_info().hparams();
    CHECK(options.at("batch_size").number_value() == 32);
    CHECK(options.at("hidden").string_value() == "[300,100]");
    CHECK(options.at("lower").string_value() == "sgd,lr=0.01");
    CHECK(options.at("restore_best").bool_value());
    return test::hparams_of(events, "session_end_info").session_end_info().status();
  };
  CHECK(status(RunStatus::completed) == tb::SessionEnd::SUCCESS);
  CHECK(status(RunStatus::diverged) == tb::SessionEnd::FAILURE);
}

TEST_CASE("a run that goes on says from which step its events count", "[io]") {
  const TemporaryFolder folder;
  {
    TensorBoardLog log(folder.path(), kConfig);
    start(log);
    log.on_step(step_info(1000));
    log.on_result(result_after(1000, RunStatus::interrupted));
  }
  {
    TensorBoardLog log(folder.path(), kConfig);
    start(log);
    log.on_step(step_info(1001));  // not kept itself
    log.on_step(step_info(1010));
  }
  const std::vector<tb::Event> events = test::events_in(folder.path());
  CHECK(starts_of(events) == std::vector<std::int64_t>{1000, 1001});
  CHECK(scalars_of(events).at("step/loss").size() == 2);
  CHECK_FALSE(scalars_of(events).contains("result/test_loss"));
}

TEST_CASE("an event file that cannot be made", "[io]") {
  const TemporaryFolder folder;
  expect_error(ErrorKind::failed, "tfevents", "No such file",
               [&] { const TensorBoardLog log(folder / "missing", kConfig); });
}

}  // namespace strata::io_tensorboard_log_test
