#include "data/table_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/utf8.h"

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

/// The first bytes of `text`, whole characters of UTF-8.
std::string_view shortened(std::string_view text) {
  std::size_t size = kShownBytes;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) {
    --size;
  }
  return text.substr(0, size);
}

}  // namespace

std::size_t TableText::line_of(const char* at) const {
  return first_line + static_cast<std::size_t>(std::count(text.data(), at, '\n'));
}

std::string shown(std::string_view text) {
  const std::string_view kept = text.size() > kShownBytes ? shortened(text) : text;
  const bool utf8 = is_utf8(kept);
  std::string line = "'";
  for (const char c : kept) {
    const auto code = static_cast<unsigned char>(c);
    const bool printable = code < 0x80 ? code >= ' ' && code != 0x7f : utf8;
    line += printable ? std::string(1, c) : escaped(c);
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
