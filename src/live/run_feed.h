// A run that goes on, as its live page shows it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "live/growing_document.h"
#include "live/live_server.h"
#include "live/step_points.h"
#include "report/metrics_series.h"
#include "run/control_desk.h"
#include "run/training.h"
#include "train/observer.h"

namespace strata {

/// Hears of a run beside its logs. The thread that trains only adds to what there is; whoever reads makes documents of
/// it in another, and waits for nothing but a copy of that.
class RunFeed : public Observer {
 public:
  /// Of a run with that config.json, in `folder` or (empty) none. Nothing is known yet but that it starts.
  RunFeed(nlohmann::ordered_json config, const std::filesystem::path& folder);

  /// The run goes on from the steps and epochs in that metrics.jsonl. Throws as read_json_lines.
  void take(const std::filesystem::path& metrics);
  /// Of classes, labels or outputs, in order; empty: their indices. Before the run begins.
  void name_outputs(std::vector<std::string> names) { names_ = std::move(names); }

  /// The page has controls: `rates` are those that can be changed, `desk`, which outlives this, knows of pauses.
  void let_control(nlohmann::ordered_json rates, const ControlDesk& desk) {
    rates_ = std::move(rates);
    desk_ = &desk;
  }

  bool wants_update_ratios() const override { return true; }
  std::size_t wants_judged_rows() const override { return kJudged; }
  void on_run(const RunInfo& run) override;
  void on_step(const StepInfo& step) override;
  void on_epoch(const EpochInfo& epoch) override;
  void on_result(const RunResult& result) override;

  /// What is known of the run, as run_json has it of a folder.
  nlohmann::ordered_json json() const;

  GrowingDocument& document() { return document_; }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kJudged = 2000;

  nlohmann::ordered_json progress() const;

  const nlohmann::ordered_json config_;
  const std::string name_;
  const std::string path_;
  std::vector<std::string> names_;
  nlohmann::ordered_json rates_;
  const ControlDesk* desk_ = nullptr;

  mutable std::mutex mutex_;  ///< of what follows
  nlohmann::ordered_json info_;
  StepPoints steps_;
  EpochSeries epochs_;
  nlohmann::ordered_json judged_;  ///< of the last epoch
  nlohmann::ordered_json result_;
  std::size_t validation_rows_ = 0;
  std::uint64_t step_ = 0;  ///< the last one
  std::uint64_t expected_steps_ = 0;
  std::optional<double> most_seconds_;
  std::uint64_t first_step_ = 0;  ///< of those before this process's
  Clock::time_point started_{};   ///< training
  GrowingDocument document_;      ///< last: it asks for the others
};

/// The live page of one run.
class LiveRun {
 public:
  /// Serves the page of a run of these settings from now on. `port` 0: a free one; `control`: where the page's requests
  /// go, which outlives this, or null: it only shows. Throws as make_live_server.
  LiveRun(const RunSettings& settings, const Face& face, std::uint16_t port, ControlDesk* control = nullptr);
  /// Without finish() the page keeps what it was last told.
  ~LiveRun();

  std::string address() const { return server_->address(); }

  /// The run is about to begin. Returns who has to hear of it. Throws as read_json_lines of the metrics of a run that
  /// goes on.
  Observer& begin(const Training& training);

  /// The page becomes the report of the run, which is over, and the server ends.
  void finish(const Training& training, FinishedRun& run);

 private:
  RunFeed feed_;
  std::unique_ptr<LiveServer> server_;
};

}  // namespace strata
