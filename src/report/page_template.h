// The page without its data, put together at build time from page/ and the chart library.
#pragma once

#include <string_view>

namespace strata {

/// HTML with one @STRATA_TITLE@ and, after it, one @STRATA_DATA@.
std::string_view page_template();

}  // namespace strata
