// How a message quotes what a file holds, and which names look the same on a screen and are not.
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

/// A field or name of a file for a message: in quotes, cut after 40 bytes, control characters and what is not UTF-8 as
/// \xNN (\t, \r, \n and \0 as such), characters that cannot be seen or told from a space as \uNNNN.
std::string shown(std::string_view text);

/// 'a', 'b', 'c': the first ten, and how many in all if there are more.
std::string shown_names(const std::vector<std::string>& names);

}  // namespace strata
