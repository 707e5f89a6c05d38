#include "core/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace strata {

namespace {

std::uint8_t byte_at(std::string_view text, std::size_t i) { return static_cast<std::uint8_t>(text[i]); }

/// Bytes of the well-formed character that starts `text`, or 0 (the Unicode standard's table 3-7).
std::size_t character_length(std::string_view text) {
  const std::uint8_t first = byte_at(text, 0);
  if (first < 0x80) {
    return 1;
  }
  const std::size_t length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length == 0 || length > text.size()) {
    return 0;
  }
  const std::uint8_t second = byte_at(text, 1);
  const std::uint8_t lowest = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const std::uint8_t highest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  const auto continues = [](char c) { return (static_cast<std::uint8_t>(c) & 0xc0) == 0x80; };
  const std::string_view others = text.substr(2, length - 2);
  return second >= lowest && second <= highest && std::ranges::all_of(others, continues) ? length : 0;
}

/// Bytes of the longest beginning of `text` that is well-formed.
std::size_t sound_length(std::string_view text) {
  std::size_t sound = 0;
  while (sound < text.size()) {
    const std::size_t length = character_length(text.substr(sound));
    if (length == 0) {
      break;
    }
    sound += length;
  }
  return sound;
}

}  // namespace

bool is_utf8(std::string_view text) { return sound_length(text) == text.size(); }

std::string utf8_text(std::string_view text) {
  std::string result;
  while (true) {
    const std::size_t sound = sound_length(text);
    result += text.substr(0, sound);
    if (sound == text.size()) {
      return result;
    }
    result += fmt::format("\\x{:02x}", byte_at(text, sound));
    text.remove_prefix(sound + 1);
  }
}

}  // namespace strata
