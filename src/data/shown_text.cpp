#include "data/shown_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/utf8.h"
#include "data/look_alikes.h"

namespace strata {

namespace {

constexpr std::size_t kShownBytes = 40;
constexpr std::size_t kShownNames = 10;

std::string escaped(char c) {
  switch (c) {
    case '\t':
      return "\\t";
    case '\r':
      return "\\r";
    case '\n':
      return "\\n";
    case '\0':
      return "\\0";
    default:
      return fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
}

/// A character of two or three bytes in UTF-8, as \uNNNN.
std::string escaped_character(std::string_view character) {
  const auto bits = [&](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(character[i]) & 0x3fU);
  };
  const unsigned code =
      character.size() == 2 ? (bits(0) & 0x1fU) << 6U | bits(1) : (bits(0) & 0x0fU) << 12U | bits(1) << 6U | bits(2);
  return fmt::format("\\u{:04x}", code);
}

/// The first bytes of `text`, whole characters of UTF-8.
std::string_view shortened(std::string_view text) {
  std::size_t size = kShownBytes;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) {
    --size;
  }
  return text.substr(0, size);
}

}  // namespace

std::string shown(std::string_view text) {
  const std::string_view kept = text.size() > kShownBytes ? shortened(text) : text;
  const bool utf8 = is_utf8(kept);
  std::string line = "'";
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const auto code = static_cast<unsigned char>(kept[i]);
    const std::size_t hidden = utf8 ? hidden_character(kept.substr(i)) : 0;
    const bool printable = code < 0x80 ? code >= ' ' && code != 0x7f : utf8;
    line += hidden > 0  ? escaped_character(kept.substr(i, hidden))
            : printable ? std::string(1, kept[i])
                        : escaped(kept[i]);
    i += hidden > 0 ? hidden - 1 : 0;
  }
  return line + (kept.size() < text.size() ? "…'" : "'");
}

std::string shown_names(const std::vector<std::string>& names) {
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), kShownNames); ++i) {
    list += (i == 0 ? "" : ", ") + shown(names[i]);
  }
  return names.size() > kShownNames ? fmt::format("{}, … ({} in all)", list, names.size()) : list;
}

}  // namespace strata
