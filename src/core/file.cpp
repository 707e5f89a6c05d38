#include "core/file.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>

#include "core/error.h"

namespace strata {

namespace {

enum class Use { none, changing, set };

struct Slot {
  std::atomic<Use> use{Use::none};
  int folder = -1;
  std::array<char, 64> name{};
};
static_assert(std::atomic<Use>::is_always_lock_free);

// A handler can reach nothing but what is static.
constinit std::array<Slot, 16> g_slots{};

}  // namespace

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileDescriptor::~FileDescriptor() { close(); }

bool FileDescriptor::close() {
  const int descriptor = std::exchange(descriptor_, -1);
  // After EINTR Linux has closed the descriptor; another close could hit somebody else's.
  return descriptor < 0 || ::close(descriptor) == 0 || errno == EINTR;
}

std::string system_reason(int error_number) { return std::generic_category().message(error_number); }

void write_all(int descriptor, std::span<const std::byte> bytes, std::string_view name) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd ready{descriptor, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      throw failed_error("cannot write {}: {}", name, system_reason(errno));
    }
  }
}

void overwrite_all(int descriptor, std::span<const std::byte> bytes, std::string_view name) {
  for (off_t offset = 0; !bytes.empty();) {
    const ssize_t written = ::pwrite(descriptor, bytes.data(), bytes.size(), offset);
    if (written >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
      offset += written;
    } else if (errno != EINTR) {
      throw failed_error("cannot write {}: {}", name, system_reason(errno));
    }
  }
}

bool make_durable(int descriptor) {
  int result = 0;
  do {
    result = ::fsync(descriptor);
  } while (result != 0 && errno == EINTR);
  return result == 0 || errno == EINVAL;
}

TemporaryName::TemporaryName(int folder, const std::string& name) noexcept {
  for (Slot& slot : g_slots) {
    Use expected = Use::none;
    if (name.size() < slot.name.size() && slot.use.compare_exchange_strong(expected, Use::changing)) {
      slot.folder = folder;
      *std::ranges::copy(name, slot.name.begin()).out = '\0';
      slot.use = Use::set;
      slot_ = &slot;
      return;
    }
  }
}

TemporaryName::~TemporaryName() {
  if (slot_ != nullptr) {
    static_cast<Slot*>(slot_)->use = Use::none;
  }
}

void remove_temporary_files() noexcept {
  for (const Slot& slot : g_slots) {
    if (slot.use == Use::set) {
      ::unlinkat(slot.folder, slot.name.data(), 0);
    }
  }
}

}  // namespace strata
