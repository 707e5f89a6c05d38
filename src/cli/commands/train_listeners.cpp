#include "cli/commands/train_listeners.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>

#include "cli/shell/progress.h"
#include "cli/shell/streams.h"
#include "cli/text/run_text.h"
#include "core/machine.h"
#include "io/json_text.h"
#include "io/run_log.h"
#include "kernels/instruction_set.h"
#include "run/record.h"

namespace strata::cli {

namespace {

/// Writes to stderr what will run.
class Announcer : public Observer {
 public:
  Announcer(const TrainSettings& settings, const DataSource& source) : settings_(settings), source_(source) {}

  void on_run(const RunInfo& run) override {
    print_notes(announcement(run, settings_, source_, kernels::instruction_set_name(settings_.config.instruction_set)));
  }

 private:
  const TrainSettings& settings_;
  const DataSource& source_;
};

/// Writes a run's result as JSON to stdout, with who computed it and how fast: one object at the run's end; or, where
/// the metrics go to stdout, all of them, the object as their last line.
class JsonPrinter : public Observer {
 public:
  JsonPrinter(const TrainSettings& settings, bool streams);

  bool wants_unit_statistics() const override { return log_.has_value() && settings_.diagnose; }
  bool wants_update_ratios() const override { return log_.has_value(); }
  void on_run(const RunInfo& run) override;
  void on_step(const StepInfo& step) override;
  void on_epoch(const EpochInfo& epoch) override;
  void on_result(const RunResult& result) override;

 private:
  /// The members on speed and machine, each after a comma.
  std::string machine() const;

  const TrainSettings& settings_;
  std::optional<RunLog> log_;
  std::string engine_;
  int threads_ = 0;
  // Of the epochs before the one at hand, and of that.
  std::uint32_t epoch_ = 0;
  double seconds_ = 0;
  std::size_t rows_ = 0;
  double epoch_seconds_ = 0;
  std::size_t epoch_rows_ = 0;
};

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

/// Refuses a run that cannot meet what is expected of it; then writes its result to stdout, unless the metrics stream
/// there, which end with the result themselves.
class ResultPrinter : public Observer {
 public:
  explicit ResultPrinter(const TrainSettings& settings) : settings_(settings) {}

  void on_run(const RunInfo& run) override { check_can_be_met(settings_.expected, run); }

  void on_result(const RunResult& result) override {
    if (!settings_.json && settings_.metrics != "-") {
      write_stdout(result_text(result));
    } else if (!settings_.json && !settings_.quiet) {
      print_notes(result_text(result));
    }
    if (!settings_.quiet && !settings_.epochs_given) {
      print_notes(unused_limit_text(result, settings_.config));
    }
  }

 private:
  const TrainSettings& settings_;
};

}  // namespace

Listeners::Listeners(const TrainSettings& settings, const DataSource& source, bool speaks, bool streams) {
  if (!settings.quiet) {
    add(std::make_unique<Announcer>(settings, source));
  }
  if (settings.progress != ProgressStyle::none) {
    add(std::make_unique<Progress>(settings.progress));
  }
  if (speaks && settings.json) {
    add(std::make_unique<JsonPrinter>(settings, streams));
  }
  if (speaks) {
    add(std::make_unique<ResultPrinter>(settings));
  }
}

void Listeners::add(std::unique_ptr<Observer> observer) {
  owned_.push_back(std::move(observer));
  pointers_.push_back(owned_.back().get());
}

}  // namespace strata::cli
