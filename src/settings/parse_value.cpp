#include "settings/parse_value.h"

#include <cmath>
#include <limits>
#include <optional>

#include "core/error.h"
#include "core/field.h"
#include "core/number.h"

namespace strata {

namespace {

std::optional<double> read_finite(std::string_view text) {
  const auto value = parse_number<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

double seconds_of(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    default:
      return 0;
  }
}

}  // namespace

std::uint64_t parse_whole(std::string_view option, std::string_view text, std::uint64_t minimum,
                          std::uint64_t maximum) {
  const auto value = parse_number<std::uint64_t>(text);
  if (!value || *value < minimum || *value > maximum) {
    throw usage_error("{}: expected a whole number from {} to {}, found '{}'", field(option), minimum, maximum, text);
  }
  return *value;
}

double parse_share(std::string_view option, std::string_view text) {
  const auto value = read_finite(text);
  if (!value || *value < 0 || *value >= 1) {
    throw usage_error("{}: expected a number from 0 to below 1, e.g. 0.2, found '{}'", field(option), text);
  }
  return *value;
}

double parse_weight(std::string_view option, std::string_view text) {
  const auto value = read_finite(text);
  if (!value || *value < 0 || !std::isfinite(static_cast<float>(*value))) {
    throw usage_error("{}: expected a number from 0, found '{}'", field(option), text);
  }
  return *value;
}

double parse_positive(std::string_view option, std::string_view text) {
  const auto value = read_finite(text);
  if (!value || !(static_cast<float>(*value) > 0) || !std::isfinite(static_cast<float>(*value))) {
    throw usage_error("{}: expected a number above 0, found '{}'", field(option), text);
  }
  return *value;
}

std::vector<double> parse_list(std::string_view option, std::string_view text,
                               double (*parse)(std::string_view option, std::string_view text)) {
  std::vector<double> values;
  for (const std::string_view part : split(text, ',')) {
    values.push_back(parse(option, part));
  }
  return values;
}

double parse_duration(std::string_view option, std::string_view text) {
  double seconds = 0;
  double last_unit = std::numeric_limits<double>::infinity();
  for (std::string_view rest = text; !rest.empty() && seconds >= 0;) {
    const std::size_t end = rest.find_first_of("hms");
    const bool has_unit = end != std::string_view::npos;
    // cppcheck-suppress containerOutOfBounds ; an `end` that is found lies within
    const double unit = has_unit ? seconds_of(rest[end]) : 0;
    const auto value = read_finite(rest.substr(0, end));
    const bool good = value && *value >= 0 && unit > 0 && unit < last_unit;  // hours, then minutes, then seconds
    seconds = good ? seconds + *value * unit : -1;
    last_unit = unit;
    rest.remove_prefix(has_unit ? end + 1 : rest.size());
  }
  if (!(seconds > 0) || !std::isfinite(seconds)) {
    throw usage_error("{}: expected a time above 0 with its unit, such as 90s, 10m, 2h or 1h30m, found '{}'",
                      field(option), text);
  }
  return seconds;
}

std::vector<std::size_t> parse_layer_sizes(std::string_view option, std::string_view text) {
  std::vector<std::size_t> sizes;
  if (text == "none") {
    return sizes;
  }
  for (const std::string_view part : split(text, ',')) {
    const auto size = parse_number<std::uint64_t>(part);
    if (!size || *size < 1 || *size > kMaxLayerSize) {
      throw usage_error("{}: expected sizes from 1 to {} as N,N,… or none, found '{}'", field(option), kMaxLayerSize,
                        text);
    }
    sizes.push_back(*size);
  }
  return sizes;
}

}  // namespace strata
