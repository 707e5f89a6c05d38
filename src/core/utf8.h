// Whether text is UTF-8, as names that go into JSON must be.
#pragma once

#include <string_view>

namespace strata {

/// Whether `text` is well-formed UTF-8: shortest forms only, no surrogates, up to U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace strata
