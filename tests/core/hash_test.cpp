#include "core/hash.h"

#include <cstring>
#include <string_view>

#include "tests/catch.h"

namespace core_hash_test {

using namespace strata;

namespace {

std::string hash_of(std::initializer_list<std::string_view> parts) {
  Hash64 hash;
  for (const std::string_view part : parts) {
    hash.update(std::as_bytes(std::span(part.data(), part.size())));
  }
  return hash.hex();
}

}  // namespace

TEST_CASE("Hash64 is XXH3-64 with seed 0", "[core]") {
  CHECK(hash_of({}) == "2d06800538d394c2");
  // xxhsum -H3 of the same bytes
  CHECK(hash_of({"abc"}) == "78af5f94892f3950");
  CHECK(hash_of({"The quick brown fox jumps over the lazy dog"}) == "ce7d19a5418fb365");
}

TEST_CASE("Hash64 does not depend on how its bytes are cut", "[core]") {
  const std::string text(1000, 'x');
  const std::string_view view = text;
  CHECK(hash_of({view.substr(0, 1), view.substr(1, 500), {}, view.substr(501)}) == hash_of({view}));
  CHECK(hash_of({view.substr(1)}) != hash_of({view}));
}

TEST_CASE("Hash64 goes on after a digest", "[core]") {
  Hash64 hash;
  const std::string_view text = "abc";
  hash.update(std::as_bytes(std::span(text.data(), 1)));
  const auto first = hash.digest();
  CHECK(hash.digest() == first);
  hash.update(std::as_bytes(std::span(text.data() + 1, 2)));
  CHECK(hash.hex() == hash_of({text}));
}

TEST_CASE("a hash prints all of its 16 digits", "[core]") {
  bool leading_zero = false;
  for (char c = 'a'; c <= 'z'; ++c) {
    for (char d = 'a'; d <= 'z'; ++d) {
      const char pair[] = {c, d};
      const std::string hex = hash_of({std::string_view(pair, 2)});
      CHECK(hex.size() == 16);
      leading_zero = leading_zero || hex[0] == '0';
    }
  }
  CHECK(leading_zero);
}

}  // namespace core_hash_test
