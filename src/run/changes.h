// changes.jsonl: what was done by hand to a run while it went on. The rates among it are part of the run, which goes on
// with them after a crash.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/file_descriptor.h"
#include "optim/optimizer.h"
#include "settings/run_settings.h"

namespace strata {

/// A group's rate that was set by hand.
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

}  // namespace strata
