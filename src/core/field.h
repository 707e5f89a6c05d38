// Names of settings in the text of an error. Whoever speaks to the user spells them as that user knows them: the
// command as --batch-size, Python as batch_size.
#pragma once

#include <string>
#include <string_view>

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

}  // namespace strata
