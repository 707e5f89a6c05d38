// The page without its data, put together at build time from page/ and the chart library.
#pragma once

#include <string_view>

namespace strata {

/// HTML with one @STRATA_SOURCES@ (of its content security policy), one @STRATA_TITLE@ and one @STRATA_DATA@, in this
/// order.
std::string_view page_template();

}  // namespace strata
