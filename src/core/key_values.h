// Lists in a text: of values, a,b,c, and of settings behind a name, name[,key=value…], as optimizers and objectives.
#pragma once

#include <string_view>
#include <vector>

namespace strata {

/// One `key=value`.
struct KeyValue {
  std::string_view key;
  std::string_view value;
};

/// The parts of `text` between the separators, of which there may be none; empty parts count.
std::vector<std::string_view> split(std::string_view text, char separator);

/// What stands before the first comma.
constexpr std::string_view name_of_text(std::string_view text) { return text.substr(0, text.find(',')); }

/// The settings that follow the name in `text`, into which they point. Throws Error(usage), naming `option`, if one is
/// not of the form key=value, as in `example`, or if a key is given twice.
std::vector<KeyValue> parse_key_values(std::string_view text, std::string_view option, std::string_view example);

}  // namespace strata
