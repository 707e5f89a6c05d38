#include "cli/parse_value.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "core/error.h"
#include "core/number.h"

namespace strata::cli {

namespace {

/// A layer of more outputs than this is a slip of the keyboard; products of two such sizes fit in 64 bits.
constexpr std::uint64_t kMaxLayerSize = 1'000'000;

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
    throw usage_error("--{}: expected a whole number from {} to {}, found '{}'", option, minimum, maximum, text);
  }
  return *value;
}

double parse_share(std::string_view option, std::string_view text) {
  const auto value = read_finite(text);
  if (!value || *value < 0 || *value >= 1) {
    throw usage_error("--{}: expected a number from 0 to below 1, e.g. 0.2, found '{}'", option, text);
  }
  return *value;
}

double parse_positive(std::string_view option, std::string_view text) {
  const auto value = read_finite(text);
  if (!value || !(static_cast<float>(*value) > 0) || !std::isfinite(static_cast<float>(*value))) {
    throw usage_error("--{}: expected a number above 0, found '{}'", option, text);
  }
  return *value;
}

std::vector<double> parse_list(std::string_view option, std::string_view text,
                               double (*parse)(std::string_view option, std::string_view text)) {
  std::vector<double> values;
  for (std::size_t first = 0; first <= text.size();) {
    const std::size_t comma = std::min(text.find(',', first), text.size());
    values.push_back(parse(option, text.substr(first, comma - first)));
    first = comma + 1;
  }
  return values;
}

double parse_duration(std::string_view option, std::string_view text) {
  const double unit = text.empty() ? 0 : seconds_of(text.back());
  const auto value = unit > 0 ? read_finite(text.substr(0, text.size() - 1)) : std::nullopt;
  if (!value || *value <= 0 || !std::isfinite(*value * unit)) {
    throw usage_error("--{}: expected a number above 0 and its unit, such as 90s, 10m or 2h, found '{}'", option, text);
  }
  return *value * unit;
}

std::vector<std::size_t> parse_layer_sizes(std::string_view option, std::string_view text) {
  std::vector<std::size_t> sizes;
  if (text == "none") {
    return sizes;
  }
  for (std::size_t first = 0; first <= text.size();) {
    const std::size_t comma = std::min(text.find(',', first), text.size());
    const auto size = parse_number<std::uint64_t>(text.substr(first, comma - first));
    if (!size || *size < 1 || *size > kMaxLayerSize) {
      throw usage_error("--{}: expected sizes from 1 to {} as N,N,… or none, found '{}'", option, kMaxLayerSize, text);
    }
    sizes.push_back(*size);
    first = comma + 1;
  }
  return sizes;
}

}  // namespace strata::cli
