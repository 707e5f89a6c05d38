// The folder in which one run leaves everything about it, one process at a time: docs/formats.md.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/file.h"

namespace strata {

/// Holds an exclusive lock (flock) on `.lock` in a folder until it goes, or its process does, however that ends; the
/// file says which process that is. The file stays: whoever removed it could lock out nobody.
class FolderLock {
 public:
  /// Holds nothing.
  FolderLock() = default;
  /// Throws Error(failed), which names the process, if another one holds the lock, or the file cannot be made.
  explicit FolderLock(const std::filesystem::path& folder);

  /// Throws as above if another process holds the lock now. Changes nothing.
  static void check_unlocked(const std::filesystem::path& folder);

  /// The name of the file of the lock.
  static constexpr const char* kName = ".lock";

 private:
  FileDescriptor file_;
};

/// A new folder with the names of its files; no other process can use it while this lives.
class RunFolder {
 public:
  /// Throws Error(usage) if `path` is there and no empty folder, Error(failed) if another process works in it. Changes
  /// nothing.
  static void check_free(const std::filesystem::path& path);

  /// Creates the folder, and those above it, and locks it. Throws as check_free, and Error(failed) if the system
  /// refuses or another process has the folder.
  explicit RunFolder(std::filesystem::path path);

  /// The folder of a run that is there, locked; what was never finished in it is removed. Throws Error(data) if there
  /// is no such folder, and Error(failed) as above.
  static RunFolder existing(const std::filesystem::path& path);

  /// The folder of a run that another process of the same job holds, to read from.
  static RunFolder of_other(const std::filesystem::path& path) { return {path, FolderLock()}; }

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path config() const { return path_ / "config.json"; }
  std::filesystem::path metrics() const { return path_ / "metrics.jsonl"; }
  std::filesystem::path find_lr() const { return path_ / "find_lr.json"; }
  std::filesystem::path model() const { return path_ / "model.safetensors"; }
  std::filesystem::path report() const { return path_ / "report.html"; }
  std::filesystem::path control() const { return path_ / "control.jsonl"; }
  std::filesystem::path changes() const { return path_ / "changes.jsonl"; }
  std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }

  /// Writes config.json, whole or not at all: the members of `config`, then strata_version and `command`, which
  /// repeats the run.
  void write_config(const nlohmann::ordered_json& config, const std::string& command) const;

 private:
  RunFolder(std::filesystem::path path, FolderLock lock);

  std::filesystem::path path_;
  FolderLock lock_;
};

/// Writes `json` to `path` over several lines, whole or not at all. Throws Error(failed).
void write_json(const std::filesystem::path& path, const nlohmann::ordered_json& json);

}  // namespace strata
