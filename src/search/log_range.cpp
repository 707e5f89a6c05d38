#include "search/log_range.h"

#include <fmt/format.h>

#include <cassert>

#include "core/number.h"
#include "kernels/elementary.h"

namespace strata {

double LogRange::at(double position) const {
  if (position <= 0) {
    return first;
  }
  if (position >= 1) {
    return last;
  }
  const double from = kernels::log(first);
  return kernels::exp(from + position * (kernels::log(last) - from));
}

double LogRange::position(double value) const {
  const double from = kernels::log(first);
  return (kernels::log(value) - from) / (kernels::log(last) - from);
}

std::vector<std::string> spaced_texts(const LogRange& range, std::size_t count, int digits) {
  assert(count >= 2);
  std::vector<std::string> texts{fmt::format("{}", range.first)};
  for (std::size_t i = 1; i + 1 < count; ++i) {
    texts.push_back(rounded_text(range.at(static_cast<double>(i) / static_cast<double>(count - 1)), digits));
  }
  texts.push_back(fmt::format("{}", range.last));
  return texts;
}

std::string rounded_text(double value, int digits) {
  const auto rounded = parse_number<double>(fmt::format("{:.{}g}", value, digits));
  return fmt::format("{}", rounded.value_or(value));
}

}  // namespace strata
