// trials.jsonl: the records of a sweep's trials, one a line, which a sweep started again finds there.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/file_descriptor.h"
#include "search/trial.h"

namespace strata {

class TrialLog {
 public:
  /// Reads what is there, or begins a new file. A last line without its end, as a process leaves that was killed while
  /// it wrote, is cut off. Throws Error(data), naming the line, for one that is no record, Error(failed) if the system
  /// refuses.
  TrialLog(const std::filesystem::path& path, Monitor monitor);
  /// Keeps records in memory alone.
  explicit TrialLog(Monitor monitor) : monitor_(monitor) {}

  /// The record of that key, or null.
  const TrialRecord* find(const std::string& key) const;
  const std::map<std::string, TrialRecord>& records() const { return records_; }

  /// Adds a line to the file, if there is one, in one write, and makes it durable before it returns. Throws
  /// Error(failed).
  void append(const TrialRecord& record);
  /// Puts the record in place of the one of its key: the whole file anew, or not at all. Throws Error(failed).
  void replace(const TrialRecord& record);

 private:
  void open();
  void read();
  std::string line_of(const TrialRecord& record) const;
  void write_line(const TrialRecord& record);

  std::string name_;
  Monitor monitor_;
  FileDescriptor file_;
  std::map<std::string, TrialRecord> records_;  ///< by key
};

}  // namespace strata
