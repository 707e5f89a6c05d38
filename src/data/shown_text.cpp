#include "data/shown_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/text.h"

namespace strata {

namespace {

/// Characters in UTF-8 whose last bytes are first … last.
struct HiddenRange {
  std::string_view lead;
  unsigned char first;
  unsigned char last;
  bool blank;  ///< looks like a space; else nothing is to be seen
};

constexpr std::array<HiddenRange, 11> kHidden{{
    {"\xc2", 0xa0, 0xa0, true},       // U+00A0, the non-breaking space
    {"\xc2", 0xad, 0xad, false},      // U+00AD, the soft hyphen
    {"\xe1\x9a", 0x80, 0x80, true},   // U+1680
    {"\xe2\x80", 0x80, 0x8a, true},   // U+2000 to U+200A, spaces of all widths
    {"\xe2\x80", 0x8b, 0x8b, false},  // U+200B, of no width; U+200C and U+200D shape letters, which is seen
    {"\xe2\x80", 0x8e, 0x8f, false},  // U+200E and U+200F, marks of direction
    {"\xe2\x80", 0xaf, 0xaf, true},   // U+202F
    {"\xe2\x81", 0x9f, 0x9f, true},   // U+205F
    {"\xe2\x81", 0xa0, 0xa0, false},  // U+2060
    {"\xe3\x80", 0x80, 0x80, true},   // U+3000
    {"\xef\xbb", 0xbf, 0xbf, false},  // U+FEFF, the byte order mark
}};

const HiddenRange* hidden_range(std::string_view text) {
  const auto* const found = std::ranges::find_if(kHidden, [&](const HiddenRange& range) {
    const auto last = text.size() > range.lead.size() ? static_cast<unsigned char>(text[range.lead.size()])
                                                      : static_cast<unsigned char>(0);
    return text.starts_with(range.lead) && last >= range.first && last <= range.last;
  });
  return found == kHidden.end() ? nullptr : found;
}

/// The name as it looks.
std::string look_of(std::string_view name) {
  std::string look;
  while (!name.empty()) {
    const HiddenRange* const hidden = hidden_range(name);
    const bool blank = hidden != nullptr ? hidden->blank : name.front() == ' ' || name.front() == '\t';
    if (hidden == nullptr || blank) {
      look += blank ? ' ' : name.front();
    }
    name.remove_prefix(hidden != nullptr ? hidden->lead.size() + 1 : 1);
  }
  look.erase(0, std::min(look.find_first_not_of(' '), look.size()));
  look.erase(look.find_last_not_of(' ') + 1);
  return look;
}

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

std::size_t hidden_character(std::string_view text) {
  const HiddenRange* const hidden = hidden_range(text);
  return hidden == nullptr ? 0 : hidden->lead.size() + 1;
}

std::vector<std::vector<std::string>> look_alikes(const std::vector<std::string>& names) {
  std::map<std::string, std::vector<std::string>> of_look;
  for (const std::string& name : names) {
    of_look[look_of(name)].push_back(name);
  }
  std::vector<std::vector<std::string>> groups;
  for (auto& [look, group] : of_look) {
    if (group.size() > 1) {
      groups.push_back(std::move(group));
    }
  }
  return groups;
}

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
