// Decimal numbers as text, rounded correctly to fp32.
#pragma once

#include <string_view>

namespace strata {

/// Reads the longest number at the start of [begin, end): an optional sign, digits with at most one point among them,
/// optionally e or E with a signed whole exponent; the same in every locale. `value` becomes the nearest float (ties to
/// even; beyond fp32's range an infinity, below it zero), as std::from_chars for float rounds. Gives the end of the
/// number, or nullptr if there is none (`inf` and `nan` are none).
const char* read_decimal(const char* begin, const char* end, float& value);

/// The nearest double of a text that read_decimal reads to its end, as a finite number.
double exact_number(std::string_view text);

}  // namespace strata
