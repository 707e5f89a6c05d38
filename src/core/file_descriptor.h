// An open file, as the system knows it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

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

}  // namespace strata
