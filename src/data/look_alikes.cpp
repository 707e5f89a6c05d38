#include "data/look_alikes.h"

#include <algorithm>
#include <array>
#include <map>

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

}  // namespace strata
