// Where a stream of output goes: into a file that appears whole or not at all, or to stdout.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>

#include "core/file_descriptor.h"
#include "io/atomic_file.h"

namespace strata {

/// Every failure is an Error(failed) that names the file and the system's reason.
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
