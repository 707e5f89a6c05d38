// Whether text is UTF-8, as names that go into JSON must be.
#pragma once

#include <string>
#include <string_view>

namespace strata {

/// Whether `text` is well-formed UTF-8: shortest forms only, no surrogates, up to U+10FFFF.
bool is_utf8(std::string_view text);

/// `text` for JSON that tells something: each byte that belongs to no such character as \xNN.
std::string utf8_text(std::string_view text);

}  // namespace strata
