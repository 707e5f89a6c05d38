// Names of files that must not outlive this process, where a signal handler can reach them.
#pragma once

#include <string>
#include <utility>

namespace strata {

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
