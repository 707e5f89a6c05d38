// The metrics of a run as JSON Lines: docs/formats.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/file.h"
#include "train/observer.h"

namespace strata {

/// Writes a line for the run, for each step, for each epoch and for the result. Numbers read back exactly; one that
/// is not finite is null. Fields without a value (val_* without validation, test_* unless completed) are left out.
/// Lines are written whole: at once for run and result, and for an epoch that does not follow another one within 50 ms;
/// all others by the buffer, at the latest with the first line half a second after the last write.
class RunLog : public Observer {
 public:
  /// `target` is a file, which is overwritten now, or `-` for stdout. `config` has every option of the run under its
  /// command-line name, with underscores. Throws Error(failed) if the file cannot be opened.
  RunLog(const std::string& target, const nlohmann::ordered_json& config);
  /// Goes on in the file `target` after its first `bytes` bytes, without another line for the run; what follows them
  /// is cut off now. Throws Error(data) if it has fewer, and Error(failed) if it cannot be opened.
  RunLog(const std::string& target, std::uint64_t bytes);
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;
  /// Writes what is still in the buffer, as far as that works: a run that ends by an exception keeps its steps.
  ~RunLog() override;

  /// From now on epochs have statistics of their units, too.
  void keep_unit_statistics() { units_ = true; }

  bool wants_update_ratios() const override { return true; }
  bool wants_unit_statistics() const override { return units_; }
  /// These throw Error(failed), naming the file, if the system refuses to write.
  void on_run(const RunInfo& run) override;
  void on_step(const StepInfo& step) override;
  void on_epoch(const EpochInfo& epoch) override;
  void on_result(const RunResult& result) override;

  /// Makes all lines so far durable. Returns how many bytes the file has now.
  std::uint64_t sync();

 private:
  void flush();
  void flush_if_due();

  std::string name_;    ///< for messages
  std::string config_;  ///< as JSON; empty: the file has its line already
  FileDescriptor file_;
  int descriptor_;  ///< file_'s, or stdout's
  bool units_ = false;
  std::uint64_t bytes_ = 0;  ///< of the file
  std::string buffer_;       ///< whole lines
  std::chrono::steady_clock::time_point last_flush_;
  std::chrono::steady_clock::time_point last_epoch_{};  ///< that was written at once
};

/// `completed`, `diverged` or `interrupted`.
std::string_view status_name(RunStatus status);

/// The members of the run's JSON object behind its config, without its braces.
std::string run_members(const RunInfo& run);

/// The line of an epoch, a JSON object.
std::string epoch_json(const EpochInfo& epoch);

/// The members of the result's JSON object, without its braces: status, epochs, steps, loss and figures as train_*,
/// val_* and test_*, where they have a value, seconds, and last the weights_hash; before that `more`, members of the
/// caller's, each after a comma.
std::string result_members(const RunResult& result, std::string_view more = "");

}  // namespace strata
