// How a message quotes what a file holds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// A field or name of a file for a message: in quotes, cut after 40 bytes, control characters and what is not UTF-8 as
/// \xNN (\t, \r, \n and \0 as such), characters that cannot be seen or told from a space as \uNNNN.
std::string shown(std::string_view text);

/// 'a', 'b', 'c': the first ten, and how many in all if there are more.
std::string shown_names(const std::vector<std::string>& names);

}  // namespace strata
