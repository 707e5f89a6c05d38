#include "io/run_log.h"

#include <fcntl.h>
#include <fmt/compile.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "io/json_text.h"

namespace strata {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kFlushBytes = 64 * 1024;
constexpr std::chrono::milliseconds kFlushAge{500};
constexpr std::chrono::milliseconds kEpochAge{50};  ///< a write for each of many short epochs costs more than they do
constexpr int kSchema = 1;

template <class... Args>
void append(std::string& text, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
}

/// As JsonNumber, without a format that is read at run time: of every step there are four of these and more.
void append_number(std::string& text, double value) {
  if (std::isfinite(value)) {
    fmt::format_to(std::back_inserter(text), FMT_COMPILE("{}"), value);
  } else {
    text += "null";
  }
}

void append_number(std::string& text, std::uint64_t value) {
  fmt::format_to(std::back_inserter(text), FMT_COMPILE("{}"), value);
}

void append_optional(std::string& text, std::string_view key, std::optional<double> value) {
  if (value) {
    append(text, R"(,"{}":{})", key, JsonNumber{*value});
  }
}

void append_figures(std::string& text, std::string_view part, std::span<const Figure> figures) {
  for (const auto& [name, value] : figures) {
    append(text, R"(,"{}{}":{})", part, name, JsonNumber{value});
  }
}

void append_rates(std::string& text, std::span<const LearningRates::value_type> rates) {
  text += R"(,"learning_rates":{)";
  std::string_view separator;
  for (const auto& [group, rate] : rates) {
    text += separator;
    text += json_string(group);
    text += ':';
    append_number(text, rate);
    separator = ",";
  }
  text += '}';
}

void append_list(std::string& text, std::string_view key, std::span<const double> values) {
  append(text, R"(,"{}":[)", key);
  std::string_view separator;
  for (const double value : values) {
    append(text, "{}{}", separator, JsonNumber{value});
    separator = ",";
  }
  text += ']';
}

void append_units(std::string& text, std::span<const UnitStatistics> layers) {
  std::vector<double> dead;
  std::vector<double> saturated;
  for (const UnitStatistics& layer : layers) {
    dead.push_back(layer.dead);
    saturated.push_back(layer.saturated);
  }
  append_list(text, "dead_units", dead);
  append_list(text, "saturated_outputs", saturated);
}

void append_divergence(std::string& text, const Divergence& divergence) {
  append(text, R"(,"divergence":{{"in":{},"epoch":{},"step":{})", json_string(name_of(divergence.in)), divergence.epoch,
         divergence.step);
  if (divergence.layer) {
    append(text, R"(,"layer":{},"values":{})", *divergence.layer,
           json_string(divergence.in_weights ? "weights" : "activations"));
  }
  append_rates(text, divergence.learning_rates);
  text += '}';
}

}  // namespace

RunLog::RunLog(const std::string& target, const nlohmann::ordered_json& config)
    : name_(target == "-" ? "the metrics to stdout" : target),
      config_(json_text(config)),
      descriptor_(STDOUT_FILENO),
      last_flush_(Clock::now()) {
  if (target != "-") {
    constexpr mode_t kNewFile = 0666;  // less what the umask takes
    file_ = FileDescriptor(::open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kNewFile));
    if (!file_) {
      throw failed_error("cannot write {}: {}", name_, system_reason(errno));
    }
    descriptor_ = file_.get();
  }
}

RunLog::RunLog(const std::string& target, std::uint64_t bytes)
    : name_(target),
      file_(::open(target.c_str(), O_WRONLY | O_CLOEXEC)),
      descriptor_(file_.get()),
      bytes_(bytes),
      last_flush_(Clock::now()) {
  const auto end = static_cast<off_t>(bytes);
  const off_t size = file_ ? ::lseek(descriptor_, 0, SEEK_END) : -1;
  if (size >= 0 && size < end) {
    throw data_error("{}: it has {} bytes; expected the {} that it had when the run was kept; restore the file", name_,
                     size, bytes);
  }
  if (size < 0 || ::ftruncate(descriptor_, end) != 0 || ::lseek(descriptor_, end, SEEK_SET) != end) {
    throw failed_error("cannot write {}: {}", name_, system_reason(errno));
  }
}

RunLog::~RunLog() {
  try {
    flush();
  } catch (const Error&) {  // a destructor has nobody to tell
  }
}

void RunLog::on_run(const RunInfo& run) {
  if (config_.empty()) {
    return;
  }
  append(buffer_,
         R"({{"type":"run","schema":{},"config":{},{}}})"
         "\n",
         kSchema, config_, run_members(run));
  flush();
}

void RunLog::on_step(const StepInfo& step) {
  buffer_ += R"({"type":"step","epoch":)";
  append_number(buffer_, std::uint64_t{step.epoch});
  buffer_ += R"(,"step":)";
  append_number(buffer_, std::uint64_t{step.step});
  buffer_ += R"(,"global_step":)";
  append_number(buffer_, step.global_step);
  buffer_ += R"(,"loss":)";
  append_number(buffer_, step.loss);
  buffer_ += R"(,"mean_loss":)";
  append_number(buffer_, step.mean_loss);
  buffer_ += R"(,"mean_)";
  buffer_ += step.mean_figure.name;
  buffer_ += R"(":)";
  append_number(buffer_, step.mean_figure.value);
  if (step.gradient_norm) {
    buffer_ += R"(,"gradient_norm":)";
    append_number(buffer_, *step.gradient_norm);
  }
  append_rates(buffer_, step.learning_rates);
  buffer_ += "}\n";
  flush_if_due();
}

void RunLog::on_epoch(const EpochInfo& epoch) {
  buffer_ += epoch_json(epoch);
  buffer_ += '\n';
  if (const auto now = Clock::now(); now - last_epoch_ >= kEpochAge) {
    last_epoch_ = now;
    flush();
  }
  flush_if_due();
}

void RunLog::on_result(const RunResult& result) {
  append(buffer_,
         R"({{"type":"result",{}}})"
         "\n",
         result_members(result));
  flush();
}

void RunLog::flush_if_due() {
  if (buffer_.size() >= kFlushBytes || Clock::now() - last_flush_ >= kFlushAge) {
    flush();
  }
}

void RunLog::flush() {
  // Emptied first: what could not be written once is not tried again.
  const std::string lines = std::move(buffer_);
  buffer_.clear();
  last_flush_ = Clock::now();
  write_all(descriptor_, std::as_bytes(std::span(lines)), name_);
  bytes_ += lines.size();
}

std::uint64_t RunLog::sync() {
  flush();
  if (!make_durable(descriptor_)) {
    throw failed_error("cannot write {}: {}", name_, system_reason(errno));
  }
  return bytes_;
}

std::string_view status_name(RunStatus status) {
  switch (status) {
    case RunStatus::completed:
      return "completed";
    case RunStatus::diverged:
      return "diverged";
    case RunStatus::interrupted:
      return "interrupted";
  }
  return "";
}

std::string run_members(const RunInfo& run) {
  std::string text;
  append(text, R"("parameters":{},"features":{},"{}":{})", run.parameters, run.features, counted(run.targets.kind),
         run.targets.count);
  if (run.outputs != run.targets.count) {
    append(text, R"(,"outputs":{})", run.outputs);
  }
  append(text, R"(,"train_rows":{},"validation_rows":{},"test_rows":{},"steps_per_epoch":{})", run.train_rows,
         run.validation_rows, run.test_rows, run.steps_per_epoch);
  append(text, R"(,"engine":{},"threads":{})", json_string(run.engine), run.threads);
  return text;
}

std::string epoch_json(const EpochInfo& epoch) {
  std::string text;
  append(text, R"({{"type":"epoch","epoch":{},"global_step":{},"train_loss":{})", epoch.epoch, epoch.global_step,
         JsonNumber{epoch.train_loss});
  append_figures(text, "train_", epoch.train_figures);
  append_optional(text, "val_loss", epoch.val_loss);
  append_figures(text, "val_", epoch.val_figures);
  if (epoch.best_epoch) {
    append(text, R"(,"best_epoch":{})", *epoch.best_epoch);
  }
  append(text, R"(,"seconds":{},"samples_per_second":{})", JsonNumber{epoch.seconds},
         JsonNumber{epoch.samples_per_second});
  append_rates(text, epoch.learning_rates);
  if (!epoch.update_ratios.empty()) {
    append_list(text, "update_ratios", epoch.update_ratios);
  }
  if (!epoch.units.empty()) {
    append_units(text, epoch.units);
  }
  text += '}';
  return text;
}

std::string result_members(const RunResult& result, std::string_view more) {
  std::string text;
  append(text, R"("status":"{}","epochs":{},"steps":{})", status_name(result.status), result.epochs, result.steps);
  append_optional(text, "train_loss", result.train_loss);
  append_figures(text, "train_", result.train_figures);
  append_optional(text, "val_loss", result.val_loss);
  append_figures(text, "val_", result.val_figures);
  if (result.val_epoch) {
    append(text, R"(,"val_epoch":{})", *result.val_epoch);
  }
  append_optional(text, "test_loss", result.test_loss);
  append_figures(text, "test_", result.test_figures);
  if (result.best_epoch) {
    append(text, R"(,"monitor":"{}","best_epoch":{},"best_value":{})", monitor_name(result.monitor), *result.best_epoch,
           JsonNumber{*result.best_value});
  }
  append(text, R"(,"stopped_early":{},"restored_best":{})", result.stopped_early, result.restored_best);
  if (result.divergence) {
    append_divergence(text, *result.divergence);
  }
  append(text, R"(,"seconds":{}{},"weights_hash":{})", JsonNumber{result.seconds}, more,
         json_string(result.weights_hash));
  return text;
}

}  // namespace strata
