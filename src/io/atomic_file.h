// Output that appears whole or not at all: a file, or a stream into a file or to stdout.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/file.h"

namespace strata {

/// Collects content under a temporary name beside `path`; commit() puts it in place of `path`. Until then, and after
/// any failure, `path` holds what it held before, and the temporary file goes with this object, or by
/// remove_temporary_files(); if the process is killed, the system takes it away, where the file system knows files
/// without a name.
/// Every failure is an Error(failed) that names `path` and the system's reason.
class AtomicFile {
 public:
  /// Creates the temporary file. A file that exists keeps its permissions when it is replaced, a new one gets what
  /// the umask allows, and a symbolic link is followed. `path` must not be a folder or a device.
  explicit AtomicFile(const std::filesystem::path& path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  /// Whether a file of this name was never finished.
  static bool is_temporary(std::string_view name);

  /// Appends `bytes`.
  void write(std::span<const std::byte> bytes);
  /// Puts `bytes` in place of the first ones.
  void rewrite_start(std::span<const std::byte> bytes);
  /// Makes the content durable, renames it to `path` and makes the name durable. To be called once, last.
  void commit();

 private:
  /// Gives file_, which has no name yet, a temporary one.
  void name_file();
  void create_temporary();
  void remove_temporary();

  std::string name_;       ///< as the caller gave it, for messages
  std::string target_;     ///< within folder_
  std::string temporary_;  ///< within folder_; empty while the file has no name, and once it is renamed
  FileDescriptor folder_;
  TemporaryName noted_;  ///< temporary_'s; in folder_
  FileDescriptor file_;
};

/// Where a stream of output goes: into an AtomicFile, or to stdout. Every failure is an Error(failed) that names the
/// file and the system's reason.
class OutputTarget {
 public:
  /// Without a `path` output goes to stdout; if it is `held_back` not before commit(), from a temporary file, so that
  /// its start can still be replaced.
  OutputTarget(const std::optional<std::filesystem::path>& path, bool held_back);

  void write(std::span<const std::byte> bytes);
  /// Puts `bytes` in place of the first ones. Not of what has gone to stdout.
  void rewrite_start(std::span<const std::byte> bytes);
  /// To be called once, last: until then a file holds what it held before.
  void commit();

 private:
  std::optional<AtomicFile> file_;
  FileDescriptor held_back_;  ///< a file without a name
};

}  // namespace strata
