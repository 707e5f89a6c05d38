// A sweep that goes on, as its live page shows it: the map fills cell by cell.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "live/growing_document.h"
#include "live/live_server.h"
#include "run/sweep.h"
#include "search/trial_pool.h"
#include "train/metrics.h"

namespace strata {

/// Hears of the trials beside another listener.
class SweepFeed : public TrialListener {
 public:
  /// `listener` is told the same.
  SweepFeed(const SweepJob& job, TrialListener& listener);

  void expect(std::size_t trials, std::uint32_t epochs) override;
  void skip(const Trial& trial, const TrialRecord& record) override;
  void on_start(const Trial& trial) override;
  void on_end(const Trial& trial, const TrialRecord& record) override;

  /// The trials so far as sweep_json has them of a folder; with `progress` unless the sweep is `over`.
  nlohmann::ordered_json json(bool over) const;

  GrowingDocument& document() { return document_; }

 private:
  void add(const TrialRecord& record);

  TrialListener& listener_;
  const Monitor monitor_;
  const nlohmann::ordered_json config_;
  const std::string name_;
  const std::string path_;

  mutable std::mutex mutex_;                                          ///< of what follows
  std::vector<std::shared_ptr<const nlohmann::ordered_json>> lines_;  ///< of trials.jsonl
  std::uint64_t trials_ = 0;                                          ///< expected
  std::uint64_t epochs_ = 0;                                          ///< of these
  std::uint64_t running_ = 0;
  std::uint64_t trained_ = 0;  ///< epochs of trials that ran now
  std::uint64_t done_ = 0;     ///< epochs of all that are done
  Stopwatch clock_;
  GrowingDocument document_;  ///< last: it asks for the others
};

/// The live page of a sweep.
class LiveSweep {
 public:
  /// Serves from now on. `listener` is told of the trials as well; both outlive this. Throws as make_live_server.
  LiveSweep(const SweepJob& job, TrialListener& listener, std::uint16_t port,
            std::function<LiveAnswer(std::string_view)> control = {});
  /// Without finish() the page keeps what it was last told.
  ~LiveSweep();

  std::string address() const { return server_->address(); }
  TrialListener& listener() { return feed_; }
  /// The page becomes the sweep's report, and the server ends.
  void finish();

 private:
  SweepFeed feed_;
  std::unique_ptr<LiveServer> server_;
};

}  // namespace strata
