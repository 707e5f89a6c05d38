#include "data/split.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "core/error.h"
#include "kernels/random_words.h"

namespace strata {

namespace {

/// Rows among which some are chosen to be held out.
struct Stratum {
  std::vector<std::uint32_t> rows;  ///< ascending
  std::size_t held_out = 0;
};

/// All rows as one stratum.
std::vector<Stratum> whole(std::size_t rows, std::size_t held_out) {
  Stratum all{std::vector<std::uint32_t>(rows), held_out};
  std::iota(all.rows.begin(), all.rows.end(), 0U);
  return {all};
}

/// A stratum for each class, in order. Shares are exact: class rows * held_out / rows, by largest remainders.
std::vector<Stratum> by_class(std::span<const std::uint32_t> labels, std::size_t held_out) {
  std::vector<Stratum> strata(std::size_t{1} + *std::max_element(labels.begin(), labels.end()));
  for (std::size_t row = 0; row < labels.size(); ++row) {
    strata[labels[row]].rows.push_back(static_cast<std::uint32_t>(row));
  }
  std::vector<std::size_t> remainder(strata.size());
  std::size_t left = held_out;
  for (std::size_t c = 0; c < strata.size(); ++c) {
    const std::size_t product = strata[c].rows.size() * held_out;  // below 2^64, as rows are below 2^32
    strata[c].held_out = product / labels.size();
    remainder[c] = product % labels.size();
    left -= strata[c].held_out;
  }
  std::vector<std::size_t> order(strata.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return remainder[a] > remainder[b]; });
  for (std::size_t i = 0; i < left; ++i) {
    ++strata[order[i]].held_out;
  }
  return strata;
}

/// From each stratum s the rows that a permutation keyed by (seed, s) puts first.
std::vector<bool> choose(const std::vector<Stratum>& strata, std::size_t rows, std::uint64_t seed) {
  const Random random(seed, RandomStream::split);
  std::vector<bool> chosen(rows, false);
  for (std::size_t s = 0; s < strata.size(); ++s) {
    const auto order = kernels::permutation(random, strata[s].rows.size(), static_cast<std::uint32_t>(s));
    for (std::size_t i = 0; i < strata[s].held_out; ++i) {
      chosen[strata[s].rows[order[i]]] = true;
    }
  }
  return chosen;
}

std::vector<bool> choose_tail(std::size_t rows, std::size_t held_out) {
  std::vector<bool> chosen(rows, false);
  std::fill(chosen.end() - static_cast<std::ptrdiff_t>(held_out), chosen.end(), true);
  return chosen;
}

std::vector<bool> choose_validation(SplitKind kind, std::span<const std::uint32_t> labels, std::size_t held_out,
                                    std::uint64_t seed) {
  switch (kind) {
    case SplitKind::tail:
      return choose_tail(labels.size(), held_out);
    case SplitKind::stratified:
      return choose(by_class(labels, held_out), labels.size(), seed);
    case SplitKind::shuffled:
      break;
  }
  return choose(whole(labels.size(), held_out), labels.size(), seed);
}

}  // namespace

Split split_rows(SplitKind kind, std::span<const std::uint32_t> labels, double fraction, std::uint64_t seed) {
  assert(!labels.empty() && fraction >= 0 && fraction < 1);
  const std::size_t rows = labels.size();
  const auto train_rows = static_cast<std::size_t>(std::floor(static_cast<double>(rows) * (1.0 - fraction)));
  if (fraction > 0 && (train_rows == 0 || train_rows == rows)) {
    throw usage_error(
        "‹validation_split› {}: leaves {} of {} rows for training; expected at least 1 for training and 1 for "
        "validation; choose another share",
        fraction, train_rows, rows);
  }
  const std::vector<bool> held_out = choose_validation(kind, labels, rows - train_rows, seed);
  Split split;
  split.train.reserve(train_rows);
  split.validation.reserve(rows - train_rows);
  for (std::size_t row = 0; row < rows; ++row) {
    (held_out[row] ? split.validation : split.train).push_back(static_cast<std::uint32_t>(row));
  }
  return split;
}

}  // namespace strata
