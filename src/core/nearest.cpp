#include "core/nearest.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace strata {

namespace {

/// More of a word than any name has: what follows says nothing about which is meant.
constexpr std::size_t kLongestWord = 64;

/// Computes distances, one after the other, in the same memory.
class Distances {
 public:
  std::size_t operator()(std::string_view a, std::string_view b);

 private:
  std::vector<std::size_t> before_last_, last_, row_;
};

std::size_t Distances::operator()(std::string_view a, std::string_view b) {
  before_last_.resize(b.size() + 1);
  last_.resize(b.size() + 1);
  row_.resize(b.size() + 1);
  std::iota(row_.begin(), row_.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last_, last_);
    std::swap(last_, row_);
    row_[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = last_[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row_[j] = std::min(std::min(last_[j], row_[j - 1]) + 1, substituted);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row_[j] = std::min(row_[j], before_last_[j - 2] + 1);
      }
    }
  }
  return row_.back();
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) { return Distances()(a, b); }

std::string nearest_name(std::string_view word, std::span<const std::string_view> names) {
  word = word.substr(0, kLongestWord);
  Distances distances;
  std::string_view best;
  std::size_t smallest = std::numeric_limits<std::size_t>::max();
  for (const std::string_view name : names) {
    const std::size_t lengths_apart = std::max(word.size(), name.size()) - std::min(word.size(), name.size());
    if (lengths_apart >= smallest) {  // so is the distance
      continue;
    }
    if (const std::size_t distance = distances(word, name); distance < smallest) {
      smallest = distance;
      best = name;
    }
  }
  return std::string(best);
}

std::string join_names(std::span<const std::string_view> names) { return fmt::format("{}", fmt::join(names, ", ")); }

}  // namespace strata
