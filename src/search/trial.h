// One trial of a sweep: a training run among others, and what came of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "search/search_space.h"
#include "train/monitor.h"
#include "train/observer.h"

namespace strata {

/// A trial to run.
struct Trial {
  std::string key;                 ///< trial_key(options)
  Point point;                     ///< what is varied, with the seed if that is
  nlohmann::ordered_json options;  ///< every option that shapes the run, by its name with underscores
  std::string command;             ///< the command line that gives the same weights
  std::string best_command;        ///< the one that gives the weights of its best epoch
  std::uint32_t epochs = 1;
  /// Trains and returns the result; called once, in any thread. May throw Error.
  std::function<RunResult(std::span<Observer* const>, const std::function<bool()>& stop_requested)> run;
};

/// XXH3-64, in hex, of the options: trials of one key are one trial. Throws Error(data) for options that are not UTF-8,
/// as two of them could then have one key.
std::string trial_key(const nlohmann::ordered_json& options);

enum class TrialStatus { completed, diverged, failed };

std::string_view status_name(TrialStatus status);

/// A figure of each epoch, by name; NaN where an epoch has none.
using Curve = std::map<std::string, std::vector<double>>;

/// A trial that has come to its end.
struct TrialRecord {
  std::string key;
  Point point;
  nlohmann::ordered_json options;
  std::string command;
  std::string best_command;  ///< empty in records of versions that had none
  TrialStatus status = TrialStatus::completed;
  std::string reason;  ///< why it is not completed; of a trial that has just ended with its fields (core/field.h)
  std::uint64_t steps = 0;
  double seconds = 0;
  std::string weights_hash;       ///< at its end; empty if it failed
  std::string best_weights_hash;  ///< of its best epoch; empty without one, and in records of versions that had none
  NamedValues figures;            ///< of the result: train_loss, val_loss, test_loss, …
  Curve curve;                    ///< train_loss, val_loss, val_accuracy, …
};

/// The epoch (from 1) whose validation figure is the best, the first of equals; empty if there is none.
std::optional<std::uint32_t> best_epoch(const TrialRecord& record, Monitor monitor);

/// That epoch's figure.
std::optional<double> best_value(const TrialRecord& record, Monitor monitor);

/// The values of its axes, by name.
nlohmann::ordered_json to_json(const Point& point);

/// The record as trials.jsonl has it (docs/formats.md): its fields, and `best`, which follows from the curve.
nlohmann::ordered_json to_json(const TrialRecord& record, Monitor monitor);

/// What to_json wrote. Throws nlohmann::json::exception, or Error(data) without a place, for anything else.
TrialRecord trial_record(const nlohmann::ordered_json& json);

/// Listens to a trial's run and makes its record.
class TrialObserver : public Observer {
 public:
  bool wants_best_weights_hash() const override { return true; }
  void on_step(const StepInfo& step) override;
  void on_epoch(const EpochInfo& epoch) override;

  /// The record of a trial that gave this result. It was not interrupted.
  TrialRecord record(const Trial& trial, const RunResult& result) const;
  /// The record of a trial that ended by an exception that says `reason`.
  TrialRecord failure(const Trial& trial, const std::string& reason) const;

 private:
  TrialRecord empty_record(const Trial& trial) const;

  std::uint64_t steps_ = 0;
  double finite_loss_ = 0;  ///< the last that was finite
  std::string best_weights_hash_;
  Curve curve_;
};

}  // namespace strata
