// Names that look the same on a screen and are not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// The bytes of the character at the start of `text`, if it is outside ASCII and is a blank or cannot be seen, such as
/// a non-breaking space or one of no width; else 0.
std::size_t hidden_character(std::string_view text);

/// Groups of two names or more that differ only in such characters, and in blanks around them.
std::vector<std::vector<std::string>> look_alikes(const std::vector<std::string>& names);

}  // namespace strata
