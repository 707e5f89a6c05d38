// trials.jsonl: the records of a sweep's trials, one a line, which a sweep started again finds there.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/file.h"
#include "search/trial.h"

namespace strata {

/// The key of a trial with these options in the log: the same from any folder, and for any spelling of a path. (Ranks
/// compare trial_key: each of them may have its data elsewhere.)
std::string kept_key(nlohmann::ordered_json options);

class TrialLog {
 public:
  /// Reads what is there, or begins a new file. A last line without its end, as a process leaves that was killed while
  /// it wrote, is cut off. Throws Error(data), naming the line, for one that is no record, Error(failed) if the system
  /// refuses.
  TrialLog(const std::filesystem::path& path, Monitor monitor);
  /// Keeps records in memory alone.
  explicit TrialLog(Monitor monitor) : monitor_(monitor) {}

  /// The record with that kept_key, or null.
  const TrialRecord* find(const std::string& key) const;
  const std::map<std::string, TrialRecord>& records() const { return records_; }

  /// Adds a line to the file, if there is one, in one write, and makes it durable before it returns the record as it is
  /// kept: with paths that lead anywhere, and the key of these. Throws Error(failed).
  const TrialRecord& append(const TrialRecord& record);
  /// Puts the record, one of these, in place of the one of its key: the whole file anew, or not at all. Throws
  /// Error(failed).
  void replace(const TrialRecord& record);

 private:
  void open();
  void read();
  std::string line_of(const TrialRecord& record) const;
  void write_line(const TrialRecord& record);

  std::string name_;
  Monitor monitor_;
  FileDescriptor file_;
  std::map<std::string, TrialRecord> records_;  ///< by kept_key
};

}  // namespace strata
