// XXH3-64, the hash of weights and checksums (xxhash.com).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace strata {

/// A hash of the bytes given so far, in the order in which they came.
class Hash64 {
 public:
  Hash64();
  ~Hash64();
  Hash64(const Hash64&) = delete;
  Hash64& operator=(const Hash64&) = delete;

  void update(std::span<const std::byte> bytes);
  std::uint64_t digest() const;
  /// 16 lower-case hexadecimal digits.
  std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Of a text's bytes.
std::uint64_t hash_of(std::string_view text);

}  // namespace strata
