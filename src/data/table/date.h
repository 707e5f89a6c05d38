// Dates and times as text, as ISO 8601 writes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace strata {

/// Days since 1970-01-01 00:00 UTC, with the share of the day that a time tells: 2024-05-31, or with a time behind a T
/// or a blank, 23:59, 23:59:59 or 23:59:59.999, and perhaps a zone, Z, +02, +0200 or +02:00; without one it is UTC.
/// Empty for any other text, and for days that no month has.
std::optional<double> days_of_date(std::string_view text);

/// The day, as 2024-05-31, in whose course so many days since 1970 are over; "" for what days_of_date never gives.
std::string date_text(double days);

}  // namespace strata
