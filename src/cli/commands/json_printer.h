// A run's result as JSON on stdout, with who computed it and how fast.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/options/train_settings.h"
#include "io/run_log.h"
#include "train/observer.h"

namespace strata::cli {

/// Writes one JSON object at the run's end; or, where the metrics go to stdout, all of them, the object as their last
/// line.
class JsonPrinter : public Observer {
 public:
  /// `settings` must outlive it.
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

}  // namespace strata::cli
