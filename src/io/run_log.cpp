#include "io/run_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
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
constexpr int kSchema = 1;

template <class... Args>
void append(std::string& text, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
}

void append_optional(std::string& text, std::string_view key, std::optional<double> value) {
  if (value) {
    append(text, R"(,"{}":{})", key, JsonNumber{*value});
  }
}

void append_rates(std::string& text, std::span<const LearningRates::value_type> rates) {
  text += R"(,"learning_rates":{)";
  std::string_view separator;
  for (const auto& [group, rate] : rates) {
    append(text, "{}{}:{}", separator, json_string(group), JsonNumber{rate});
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

/// The members of the result's object, without its braces.
std::string result_members(const RunResult& result) {
  std::string text;
  append(text, R"("status":"{}","epochs":{},"steps":{})", status_name(result.status), result.epochs, result.steps);
  append_optional(text, "train_loss", result.train_loss);
  append_optional(text, "train_accuracy", result.train_accuracy);
  append_optional(text, "val_loss", result.val_loss);
  append_optional(text, "val_accuracy", result.val_accuracy);
  append_optional(text, "test_loss", result.test_loss);
  append_optional(text, "test_accuracy", result.test_accuracy);
  if (result.best_epoch) {
    append(text, R"(,"monitor":"{}","best_epoch":{},"best_value":{})", monitor_name(result.monitor), *result.best_epoch,
           JsonNumber{*result.best_value});
  }
  append(text, R"(,"stopped_early":{},"restored_best":{})", result.stopped_early, result.restored_best);
  if (result.divergence) {
    append_divergence(text, *result.divergence);
  }
  append(text, R"(,"seconds":{},"weights_hash":{})", JsonNumber{result.seconds}, json_string(result.weights_hash));
  return text;
}

}  // namespace

RunLog::RunLog(const std::string& target, const nlohmann::ordered_json& config)
    : name_(target == "-" ? "the metrics to stdout" : target),
      config_(config.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)),
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
  append(buffer_, R"({{"type":"run","schema":{},"config":{},"parameters":{},"features":{},"classes":{})", kSchema,
         config_, run.parameters, run.features, run.classes);
  append(buffer_, R"(,"train_rows":{},"validation_rows":{},"test_rows":{},"steps_per_epoch":{})", run.train_rows,
         run.validation_rows, run.test_rows, run.steps_per_epoch);
  append(buffer_,
         R"(,"engine":{},"threads":{}}})"
         "\n",
         json_string(run.engine), run.threads);
  flush();
}

void RunLog::on_step(const StepInfo& step) {
  append(buffer_,
         R"({{"type":"step","epoch":{},"step":{},"global_step":{},"loss":{},"mean_loss":{},"mean_accuracy":{})",
         step.epoch, step.step, step.global_step, JsonNumber{step.loss}, JsonNumber{step.mean_loss},
         JsonNumber{step.mean_accuracy});
  append_rates(buffer_, step.learning_rates);
  buffer_ += "}\n";
  if (buffer_.size() >= kFlushBytes || Clock::now() - last_flush_ >= kFlushAge) {
    flush();
  }
}

void RunLog::on_epoch(const EpochInfo& epoch) {
  append(buffer_, R"({{"type":"epoch","epoch":{},"global_step":{},"train_loss":{},"train_accuracy":{})", epoch.epoch,
         epoch.global_step, JsonNumber{epoch.train_loss}, JsonNumber{epoch.train_accuracy});
  append_optional(buffer_, "val_loss", epoch.val_loss);
  append_optional(buffer_, "val_accuracy", epoch.val_accuracy);
  append_optional(buffer_, "val_macro_f1", epoch.val_macro_f1);
  append_optional(buffer_, "val_auc", epoch.val_auc);
  if (epoch.best_epoch) {
    append(buffer_, R"(,"best_epoch":{})", *epoch.best_epoch);
  }
  append(buffer_, R"(,"seconds":{},"samples_per_second":{})", JsonNumber{epoch.seconds},
         JsonNumber{epoch.samples_per_second});
  append_rates(buffer_, epoch.learning_rates);
  if (!epoch.update_ratios.empty()) {
    append_list(buffer_, "update_ratios", epoch.update_ratios);
  }
  buffer_ += "}\n";
  flush();
}

void RunLog::on_result(const RunResult& result) {
  append(buffer_,
         R"({{"type":"result",{}}})"
         "\n",
         result_members(result));
  flush();
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

std::string result_json(const RunResult& result) { return fmt::format("{{{}}}", result_members(result)); }

}  // namespace strata
