#include "core/text.h"

#include <fmt/format.h>

#include <cstdint>

namespace strata {

namespace {

constexpr std::size_t kGap = 2;

/// Whether a byte is not the first of its character.
bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

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

std::size_t width_of(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues));
}

std::string shortened(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) {
    return std::string(text);
  }
  std::size_t end = 0;
  for (std::size_t characters = 0; characters < width; ++characters) {
    end = end + 1;
    while (end < text.size() && continues(text[end])) {
      ++end;
    }
    if (characters + 2 == width) {
      return std::string(text.substr(0, end)) + "…";
    }
  }
  return "…";
}

std::string tail_of(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) {
    return std::string(text);
  }
  std::size_t first = text.size();
  for (std::size_t characters = 0; characters + 1 < width; ++characters) {
    do {
      --first;
    } while (first > 0 && continues(text[first]));
  }
  return "…" + std::string(text.substr(first));
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (; !text.empty(); text.remove_prefix(text.find('\n') + 1)) {
    lines.emplace_back(text.substr(0, text.find('\n')));
  }
  return lines;
}

std::string labelled_line(std::size_t width, std::string_view name, const std::string& text) {
  return fmt::format("{:<{}}{}\n", name, width, text);
}

std::string aligned(const std::vector<std::vector<std::string>>& rows, Alignment alignment) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      widths[c] = std::max(widths[c], width_of(row[c]));
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string padding(widths[c] - width_of(row[c]), ' ');
      const bool right = alignment == Alignment::numbers && c > 0;
      line += right ? padding + row[c] : row[c] + padding;
      line.append(kGap, ' ');
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return text;
}

}  // namespace strata
