#include "io/tensorboard_log.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "io/event_records.h"

namespace strata {

namespace {

constexpr std::uint64_t kDenseSteps = 1000;

void add_optional(std::vector<Scalar>& scalars, std::string_view tag, std::optional<double> value) {
  if (value) {
    scalars.push_back({std::string(tag), *value});
  }
}

void add_figures(std::vector<Scalar>& scalars, std::string_view part, std::span<const Figure> figures) {
  for (const auto& [name, value] : figures) {
    scalars.push_back({fmt::format("{}_{}", part, name), value});
  }
}

void add_rates(std::vector<Scalar>& scalars, std::string_view type, std::span<const LearningRates::value_type> rates) {
  for (const auto& [group, rate] : rates) {
    scalars.push_back({fmt::format("{}/learning_rates/{}", type, group), rate});
  }
}

/// By time, so that files of one folder are read in the order in which they were made.
std::string new_file_name() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  return event_file_name(
      fmt::format("{}.{:09}.strata", seconds.count(), std::chrono::nanoseconds(now - seconds).count()));
}

}  // namespace

bool is_kept_step(std::uint64_t global_step) {
  std::uint64_t every = 1;
  for (std::uint64_t rest = global_step; rest > kDenseSteps; rest = (rest + 9) / 10) {
    every *= 10;
  }
  return global_step % every == 0;
}

TensorBoardLog::TensorBoardLog(const std::filesystem::path& folder, nlohmann::ordered_json config)
    : config_(std::move(config)), name_((folder / new_file_name()).string()) {
  constexpr mode_t kNewFile = 0666;  // less what the umask takes
  file_ = FileDescriptor(::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kNewFile));
  if (!file_) {
    throw failed_error("cannot write {}: {}", name_, system_reason(errno));
  }
}

void TensorBoardLog::on_run(const RunInfo&) {
  const double time = wall_time();
  write(event_file_head(time) + session_start_event(time, {config_, {}}));
}

void TensorBoardLog::on_step(const StepInfo& step) {
  if (!std::exchange(started_, true)) {
    write(start_event(wall_time(), step.global_step));
  }
  if (!is_kept_step(step.global_step)) {
    return;
  }
  std::vector<Scalar> scalars{{"step/loss", step.loss}, {"step/mean_loss", step.mean_loss}};
  add_figures(scalars, "step/mean", {&step.mean_figure, 1});
  add_rates(scalars, "step", step.learning_rates);
  write(scalars_event(wall_time(), step.global_step, scalars));
}

void TensorBoardLog::on_epoch(const EpochInfo& epoch) {
  std::vector<Scalar> scalars{{"epoch/train_loss", epoch.train_loss}};
  add_figures(scalars, "epoch/train", epoch.train_figures);
  add_optional(scalars, "epoch/val_loss", epoch.val_loss);
  add_figures(scalars, "epoch/val", epoch.val_figures);
  scalars.push_back({"epoch/samples_per_second", epoch.samples_per_second});
  add_rates(scalars, "epoch", epoch.learning_rates);
  for (std::size_t layer = 0; layer < epoch.update_ratios.size(); ++layer) {
    scalars.push_back({fmt::format("epoch/update_ratios/{}", layer), epoch.update_ratios[layer]});
  }
  write(scalars_event(wall_time(), epoch.global_step, scalars));
}

void TensorBoardLog::on_result(const RunResult& result) {
  if (result.status == RunStatus::interrupted) {
    return;  // it may go on
  }
  std::vector<Scalar> scalars;
  add_optional(scalars, "result/train_loss", result.train_loss);
  add_figures(scalars, "result/train", result.train_figures);
  add_optional(scalars, "result/val_loss", result.val_loss);
  add_figures(scalars, "result/val", result.val_figures);
  add_optional(scalars, "result/test_loss", result.test_loss);
  add_figures(scalars, "result/test", result.test_figures);
  add_optional(scalars, "result/best_value", result.best_value);
  const double time = wall_time();
  write(scalars_event(time, result.steps, scalars) + session_end_event(time, result.status == RunStatus::completed));
}

void TensorBoardLog::write(const std::string& records) {
  write_all(file_.get(), std::as_bytes(std::span(records)), name_);
}

}  // namespace strata
