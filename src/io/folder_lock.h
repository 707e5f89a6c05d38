// One process at a time in a folder.
#pragma once

#include <filesystem>

#include "core/file_descriptor.h"

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

}  // namespace strata
