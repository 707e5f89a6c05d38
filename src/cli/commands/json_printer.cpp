#include "cli/commands/json_printer.h"

#include <fmt/format.h>

#include "cli/shell/output.h"
#include "core/cpu.h"
#include "io/json_text.h"
#include "kernels/instruction_set.h"
#include "run/record.h"

namespace strata::cli {

JsonPrinter::JsonPrinter(const TrainSettings& settings, bool streams) : settings_(settings) {
  if (streams) {
    log_.emplace("-", stored_config(settings));
  }
}

void JsonPrinter::on_run(const RunInfo& run) {
  engine_ = run.engine;
  threads_ = run.threads;
  if (log_) {
    log_->on_run(run);
  }
}

void JsonPrinter::on_step(const StepInfo& step) {
  if (step.epoch != epoch_) {
    seconds_ += epoch_seconds_;
    rows_ += epoch_rows_;
    epoch_ = step.epoch;
  }
  epoch_seconds_ = step.train_seconds;
  epoch_rows_ = step.rows;
  if (log_) {
    log_->on_step(step);
  }
}

void JsonPrinter::on_epoch(const EpochInfo& epoch) {
  if (log_) {
    log_->on_epoch(epoch);
  }
}

void JsonPrinter::on_result(const RunResult& result) {
  if (log_) {
    static_cast<void>(log_->sync());  // what it still holds
  }
  write_stdout(fmt::format("{{{}{}}}\n", log_ ? R"("type":"result",)" : "", result_members(result, machine())));
}

std::string JsonPrinter::machine() const {
  std::string text;
  if (const double seconds = seconds_ + epoch_seconds_; seconds > 0) {
    text += fmt::format(R"(,"samples_per_second":{})", JsonNumber{static_cast<double>(rows_ + epoch_rows_) / seconds});
  }
  text += fmt::format(R"(,"engine":{},"threads":{},"instruction_set":{})", json_string(engine_), threads_,
                      json_string(kernels::instruction_set_name(settings_.config.instruction_set)));
  const std::string model = cpu().model;
  return model.empty() ? text : text + fmt::format(R"(,"cpu":{})", json_string(model));
}

}  // namespace strata::cli
