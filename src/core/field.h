// How texts name settings: in an error as a field, ‹batch_size›, which whoever speaks spells as its user knows it (the
// command as --batch-size, Python as batch_size); in an option as name[,key=value…], as optimizers and objectives.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// Texts name a setting between these, its name with underscores: ‹batch_size›.
inline constexpr std::string_view kFieldStart = "‹";
inline constexpr std::string_view kFieldEnd = "›";

/// ‹batch_size›, of an option's name with dashes or underscores.
std::string field(std::string_view name);

/// The text, each of its fields replaced by spell(name).
std::string spelled(std::string_view text, std::string (*spell)(std::string_view name));

/// The text, its fields by their bare names.
std::string plain(std::string_view text);

/// The name of the field that the text begins with, which is what an error is about; empty: none.
std::string_view first_field(std::string_view text);

// Lists: of values, a,b,c, and of settings behind a name.

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
