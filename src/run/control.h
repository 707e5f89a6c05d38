// A run that is changed by hand while it goes on.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "io/checkpoint_folder.h"
#include "run/changes.h"
#include "run/control_desk.h"
#include "run/face.h"
#include "run/record.h"
#include "settings/run_settings.h"
#include "train/trainer.h"

namespace strata {

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
