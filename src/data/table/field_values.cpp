#include "data/table/field_values.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.h"
#include "data/table/decimal.h"

namespace strata {

namespace {

bool is_figure(char c) { return c >= '0' && c <= '9'; }

/// Behind the digits at `at`, at most `most` of them.
std::size_t skip_digits(std::string_view text, std::size_t at, std::size_t most = std::string_view::npos) {
  const std::size_t end = most < text.size() - at ? at + most : text.size();
  while (at < end && is_figure(text[at])) {
    ++at;
  }
  return at;
}

/// A number with a decimal comma as one with a point, without the points between its thousands; empty where they stand
/// between other digits: then it is none.
std::string with_point(std::string_view text) {
  constexpr std::size_t kGroup = 3;
  const std::size_t first = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  std::size_t at = skip_digits(text, first);
  std::string plain(text.substr(0, at));
  if (at < text.size() && text[at] == '.' && (at == first || at > first + kGroup)) {
    return "";
  }
  while (at < text.size() && text[at] == '.') {
    const std::size_t end = skip_digits(text, at + 1, kGroup);
    if (end != at + 1 + kGroup || skip_digits(text, end) != end) {
      return "";
    }
    plain += text.substr(at + 1, kGroup);
    at = end;
  }
  const bool comma = at < text.size() && text[at] == ',';
  return (plain += comma ? "." : "") += text.substr(at + (comma ? 1 : 0));
}

bool is_whole_number(std::string_view text, float& value) {
  return read_decimal(text.begin(), text.end(), value) == text.end() && !text.empty();
}

}  // namespace

bool is_missing_word(std::string_view text) {
  constexpr std::array<std::string_view, 5> kWords = {"", "?", "na", "nan", "null"};
  return text.size() <= 4 && std::ranges::any_of(kWords, [&](std::string_view word) { return spells(text, word); });
}

FieldValues::FieldValues(const TableDialect& dialect)
    : decimal_comma_(dialect.decimal == DecimalMark::comma),
      missing_categories_(dialect.missing_categories),
      missing_values_(dialect.missing_values) {
  for (const std::string& text : missing_values_) {
    if (const auto value = number(text); value && std::isfinite(*value)) {
      missing_numbers_.push_back(exact(text));
    }
  }
  takes_plain_numbers_ = !decimal_comma_ && missing_numbers_.empty() &&
                         dialect.delimiter != Delimiter::space;  // whose fields stand behind blanks
}

bool FieldValues::is_listed(std::string_view text) const {
  return std::ranges::find(missing_values_, text) != missing_values_.end();
}

bool FieldValues::is_missing_number(std::string_view text) const {
  if (missing_values_.empty()) {
    return is_missing_word(text);
  }
  if (is_listed(text) || missing_numbers_.empty()) {
    return is_listed(text);
  }
  const auto value = number(text);
  return value && std::isfinite(*value) && std::ranges::find(missing_numbers_, exact(text)) != missing_numbers_.end();
}

bool FieldValues::is_missing_category(std::string_view text) const {
  if (!missing_values_.empty()) {
    return is_listed(text);
  }
  return missing_categories_ == MissingCategories::words ? is_missing_word(text) : text.empty();
}

bool FieldValues::is_missing_label(std::string_view text) const {
  return missing_values_.empty() ? text.empty() : is_listed(text);
}

std::optional<float> FieldValues::number(std::string_view text) const {
  float value = 0;
  const bool read = decimal_comma_ ? is_whole_number(with_point(text), value) : is_whole_number(text, value);
  return read ? std::optional(value) : std::nullopt;
}

double FieldValues::exact(std::string_view text) const {
  return decimal_comma_ ? exact_number(with_point(text)) : exact_number(text);
}

}  // namespace strata
