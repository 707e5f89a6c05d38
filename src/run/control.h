// A run that is changed by hand while it goes on, and changes.jsonl: what was done to it. The rates among that are part
// of the run, which goes on with them after a crash.
#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/file.h"
#include "io/checkpoint_folder.h"
#include "optim/optimizer.h"
#include "run/control_desk.h"
#include "run/face.h"
#include "run/record.h"
#include "settings/run_settings.h"
#include "train/trainer.h"

namespace strata {

/// A group's rate that was set by hand, as changes.jsonl has it.
struct RecordedRate {
  std::string group;
  RateChange change;
};

/// Those in the file, in its order; none if there is no file. A last line without its end has not taken effect and does
/// not count. Throws Error(data), naming the line, for one that cannot be read.
std::vector<RecordedRate> recorded_rates(const std::filesystem::path& path);

/// Puts the rates, in their order, into the OPTIMIZERs of a record of settings (config_json); to do it again changes
/// nothing. Throws Error(data) for a group that is not there or whose rate cannot be changed.
void set_recorded_rates(nlohmann::ordered_json& config, const std::vector<RecordedRate>& rates);

/// From the change's step on, what is asked for and the group of that place have the rate. Throws Error(usage).
void change_rate(RunSettings& settings, std::size_t group, const RateChange& change);

/// The key of settings that holds the OPTIMIZER of that group.
std::string key_of_group(const std::string& name);

/// Writes the file: a line each, durable before add() returns.
class ChangeLog {
 public:
  /// The file is made by the first line.
  explicit ChangeLog(std::filesystem::path path) : path_(std::move(path)) {}

  /// Throws Error(failed).
  void add(const nlohmann::ordered_json& line);

 private:
  void open();

  std::filesystem::path path_;
  FileDescriptor file_;
};

/// Does what is asked for by control.jsonl in the run's folder and at the desk, between steps. What is done is a line
/// of changes.jsonl before it takes effect; a rate is also in config.json by then, so that this repeats the run.
class RunControl {
 public:
  /// All must outlive this. `settings` are the run's, which changed rates become part of.
  RunControl(ControlDesk& desk, RunSettings& settings, Trainer& trainer, const RunRecord& record,
             Checkpointer& checkpointer, Face& face);
  /// From now on nothing more is done.
  ~RunControl();
  RunControl(const RunControl&) = delete;
  RunControl& operator=(const RunControl&) = delete;

  /// Between two pieces of the run, whose clock stands: looks, at most some 20 times a second, and waits while the run
  /// is paused. False if the run is to end here. Throws Error(failed) if the folder cannot be written.
  bool attend();
  /// Whether a request has ended the run.
  bool stopped() const { return stopped_; }

 private:
  using Clock = std::chrono::steady_clock;

  void look();
  ControlAnswer answer(std::string_view text);
  std::string done(const ControlRequest& request);
  std::string pause(bool on);
  std::string save();
  std::string change(const ControlRequest& request);
  /// Throws Error(usage) for none of the groups, or one without a rate.
  std::size_t group_of(const std::string& name) const;
  void record(const nlohmann::ordered_json& rest);
  std::uint64_t next_step() const { return trainer_.state().global_step + 1; }

  ControlDesk& desk_;
  RunSettings& settings_;
  Trainer& trainer_;
  const RunRecord& record_;
  Checkpointer& checkpointer_;
  Face& face_;
  ControlFile file_;
  ChangeLog changes_;
  Clock::time_point due_{};  ///< when to look again
  bool paused_ = false;
  bool stopped_ = false;
};

}  // namespace strata
