#include "data/offsets.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>

#include "core/error.h"

namespace strata {

namespace {

/// Numbers of one column, of whatever part of its range is less than this apart, are no worse off without an offset:
/// fp32 does not hold them better less one of them.
constexpr double kLeastShare = 0x1p-22;
/// Targets that are less apart are one in what a network says of them, too, which is fp32 as well: such a share of the
/// range is none of what it can learn, while to refuse them would refuse temperatures in kelvins.
constexpr double kLeastTargetShare = 0x1p-12;

struct Range {
  float minimum = std::numeric_limits<float>::infinity();
  float maximum = -std::numeric_limits<float>::infinity();

  void add(float x) {  // nothing for NaN
    minimum = x < minimum ? x : minimum;
    maximum = x > maximum ? x : maximum;
  }
  bool is_far() const {
    const double largest = std::max(std::abs(double{minimum}), std::abs(double{maximum}));
    constexpr double kRounding = 1 + 0x1p-20;  // of what fp32 has already taken from the range
    return minimum <= maximum && largest > 0 && largest * kRounding >= 2 * (double{maximum} - double{minimum});
  }
};

std::vector<double> sorted_numbers(std::span<const double> numbers) {
  std::vector<double> sorted;
  sorted.reserve(numbers.size());
  std::ranges::copy_if(numbers, std::back_inserter(sorted), [](double x) { return !std::isnan(x); });
  std::ranges::sort(sorted);
  return sorted;
}

/// Whether two of them, in ascending order, are one number in fp32 though they differ by more than `least`.
bool any_merge(std::span<const double> sorted, double least) {
  double first = sorted.front();
  for (const double x : sorted) {
    if (static_cast<float>(x) != static_cast<float>(first)) {
      first = x;
    } else if (x - first > least) {
      return true;
    }
  }
  return false;
}

/// A number of few digits within the range of `numbers`, or the first of them if they are less than 1 apart.
double plain_number_near(std::span<const double> numbers) {
  const auto [least, most] = std::ranges::minmax(numbers);
  double unit = 1;
  while (unit * 10 <= most - least) {
    unit *= 10;
  }
  return most - least < 1 ? numbers.front() : std::floor(numbers.front() / unit) * unit;
}

}  // namespace

std::vector<std::size_t> far_columns(MatrixView<const float> values) {
  std::vector<Range> ranges(values.columns());
  for (std::size_t row = 0; row < values.rows(); ++row) {
    for (std::size_t f = 0; f < values.columns(); ++f) {
      ranges[f].add(values(row, f));
    }
  }
  std::vector<std::size_t> far;
  for (std::size_t f = 0; f < ranges.size(); ++f) {
    if (ranges[f].is_far()) {
      far.push_back(f);
    }
  }
  return far;
}

double offset_of(std::span<const double> numbers) {
  const std::vector<double> sorted = sorted_numbers(numbers);
  if (sorted.empty() || !any_merge(sorted, (sorted.back() - sorted.front()) * kLeastShare)) {
    return 0;
  }
  return *std::ranges::find_if_not(numbers, [](double x) { return std::isnan(x); });
}

void require_apart(std::span<const double> targets, std::string_view source, std::string_view column) {
  const std::vector<double> sorted = sorted_numbers(targets);
  if (!sorted.empty() && any_merge(sorted, (sorted.back() - sorted.front()) * kLeastTargetShare)) {
    throw data_error(
        "{}: numbers of the column {} are so far from 0 that fp32 cannot tell them apart; expected targets nearer to "
        "0; subtract {} from them",
        source, column, plain_number_near(targets));
  }
}

}  // namespace strata
