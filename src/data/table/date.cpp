#include "data/table/date.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace strata {

namespace {

constexpr double kSecondsPerDay = 86'400;

/// Takes a text apart from its start.
class DateCursor {
 public:
  explicit DateCursor(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool take(char c) {
    const bool there = rest_.starts_with(c);
    rest_.remove_prefix(there ? 1 : 0);
    return there;
  }
  /// A number of exactly so many digits, from `least` to `most`.
  std::optional<int> number(std::size_t digits, int least, int most) {
    if (rest_.size() < digits) {
      return std::nullopt;
    }
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') {
        return std::nullopt;
      }
      value = 10 * value + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value >= least && value <= most ? std::optional(value) : std::nullopt;
  }
  /// Digits behind a point, as a share of 1; at least one.
  std::optional<double> fraction() {
    double value = 0;
    double unit = 1;
    std::size_t digits = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
      unit /= 10;
      value += unit * (rest_[digits] - '0');
    }
    rest_.remove_prefix(digits);
    return digits > 0 ? std::optional(value) : std::nullopt;
  }

 private:
  std::string_view rest_;
};

int days_in_month(int year, int month) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

/// Of the Gregorian calendar, also before it was in use. Years begin in March here, so that leap days come last.
std::int64_t days_since_1970(int year, int month, int day) {
  constexpr std::int64_t kDaysToThen = 719'468;  // from 0000-03-01
  const std::int64_t y = month > 2 ? year : year - 1;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return 365 * y + y / 4 - y / 100 + y / 400 + day_of_year - kDaysToThen;
}

std::optional<std::int64_t> read_day(DateCursor& cursor) {
  const auto year = cursor.number(4, 1, 9999);
  const bool after_year = cursor.take('-');
  const auto month = cursor.number(2, 1, 12);
  const bool after_month = cursor.take('-');
  const auto day = cursor.number(2, 1, 31);
  if (!year || !after_year || !month || !after_month || !day || *day > days_in_month(*year, *month)) {
    return std::nullopt;
  }
  return days_since_1970(*year, *month, *day);
}

/// Seconds of the day.
std::optional<double> read_time(DateCursor& cursor) {
  const auto hour = cursor.number(2, 0, 23);
  const bool after_hour = cursor.take(':');
  const auto minute = cursor.number(2, 0, 59);
  if (!hour || !after_hour || !minute) {
    return std::nullopt;
  }
  double seconds = 3600 * *hour + 60 * *minute;
  if (!cursor.take(':')) {
    return seconds;
  }
  const auto second = cursor.number(2, 0, 59);
  if (!second) {
    return std::nullopt;
  }
  seconds += *second;
  if (!cursor.take('.')) {
    return seconds;
  }
  const auto fraction = cursor.fraction();
  return fraction ? std::optional(seconds + *fraction) : std::nullopt;
}

/// Seconds by which the zone is ahead of UTC.
std::optional<double> read_zone(DateCursor& cursor) {
  if (cursor.at_end() || cursor.take('Z')) {
    return 0;
  }
  const bool ahead = cursor.take('+');
  if (!ahead && !cursor.take('-')) {
    return std::nullopt;
  }
  const auto hours = cursor.number(2, 0, 23);
  const bool colon = cursor.take(':');
  const auto minutes = !colon && cursor.at_end() ? std::optional(0) : cursor.number(2, 0, 59);
  if (!hours || !minutes) {
    return std::nullopt;
  }
  const double seconds = 3600 * *hours + 60 * *minutes;
  return ahead ? seconds : -seconds;
}

}  // namespace

std::optional<double> days_of_date(std::string_view text) {
  DateCursor cursor(text);
  const auto day = read_day(cursor);
  if (!day || cursor.at_end()) {
    return day ? std::optional(static_cast<double>(*day)) : std::nullopt;
  }
  if (!cursor.take('T') && !cursor.take(' ')) {
    return std::nullopt;
  }
  const auto time = read_time(cursor);
  const auto zone = time ? read_zone(cursor) : std::nullopt;
  return zone && cursor.at_end() ? std::optional(static_cast<double>(*day) + (*time - *zone) / kSecondsPerDay)
                                 : std::nullopt;
}

std::string date_text(double days) {
  if (!(days >= static_cast<double>(days_since_1970(1, 1, 1))) ||
      days >= static_cast<double>(days_since_1970(10'000, 1, 1))) {
    return "";
  }
  const auto day = static_cast<std::int64_t>(std::floor(days));
  int year = 1;
  for (int step : {8192, 4096, 2048, 1024, 512, 256, 128, 64, 32, 16, 8, 4, 2, 1}) {
    year += days_since_1970(year + step, 1, 1) <= day ? step : 0;
  }
  int month = 1;
  while (month < 12 && days_since_1970(year, month + 1, 1) <= day) {
    ++month;
  }
  return fmt::format("{:04}-{:02}-{:02}", year, month, day - days_since_1970(year, month, 1) + 1);
}

}  // namespace strata
