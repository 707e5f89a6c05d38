// Files as the system knows them: an open one, and the name of one that must not outlive this process, where a signal
// handler can reach it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace strata {

/// Owns a file descriptor and closes it; -1 owns nothing.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();

  int get() const { return descriptor_; }
  explicit operator bool() const { return descriptor_ >= 0; }
  /// Closes now; false (and errno) if the system reports a failure.
  bool close();

 private:
  int descriptor_ = -1;
};

/// The system's words for errno.
std::string system_reason(int error_number);

/// Writes all of `bytes`, however many calls that takes; waits where a non-blocking descriptor is full.
/// Throws Error(failed) naming `name` and the system's reason.
void write_all(int descriptor, std::span<const std::byte> bytes, std::string_view name);

/// The same in place of a file's first bytes; further writes go where they would have gone.
void overwrite_all(int descriptor, std::span<const std::byte> bytes, std::string_view name);

/// Waits until what was written would outlive a loss of power; what cannot do that (a pipe, say) has nothing to make
/// durable. False (and errno) if the system reports a failure.
bool make_durable(int descriptor);

/// While this lives, remove_temporary_files() removes the file of that name. There is room for a few at once; others
/// stay unknown to it.
class TemporaryName {
 public:
  TemporaryName() = default;
  /// `folder` is a descriptor that must stay open while this lives.
  TemporaryName(int folder, const std::string& name) noexcept;
  TemporaryName(TemporaryName&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
  TemporaryName& operator=(TemporaryName&& other) noexcept {
    std::swap(slot_, other.slot_);
    return *this;
  }
  ~TemporaryName();

 private:
  void* slot_ = nullptr;
};

/// Async-signal-safe.
void remove_temporary_files() noexcept;

}  // namespace strata
