#include "core/temporary_name.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>

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
