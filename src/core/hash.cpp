#include "core/hash.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <new>

namespace strata {

struct Hash64::State {
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> xxh{XXH3_createState()};
};

Hash64::Hash64() : state_(std::make_unique<State>()) {
  if (!state_->xxh) {
    throw std::bad_alloc();
  }
  XXH3_64bits_reset(state_->xxh.get());
}

Hash64::~Hash64() = default;

void Hash64::update(std::span<const std::byte> bytes) {
  XXH3_64bits_update(state_->xxh.get(), bytes.data(), bytes.size());
}

std::uint64_t Hash64::digest() const { return XXH3_64bits_digest(state_->xxh.get()); }

std::string Hash64::hex() const { return fmt::format("{:016x}", digest()); }

std::uint64_t hash_of(std::string_view text) {
  Hash64 hash;
  hash.update(std::as_bytes(std::span(text)));
  return hash.digest();
}

}  // namespace strata
