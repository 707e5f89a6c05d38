#include "data/split.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "tests/data/data_files.h"

namespace strata::test::data_split_test {

namespace {

/// Labels in which class c is drawn c + 1 times as often as class 0.
std::vector<std::uint32_t> skewed_labels(std::size_t rows, std::uint32_t classes) {
  std::vector<std::uint32_t> labels;
  for (std::uint32_t c = 0; labels.size() < rows; c = (c + 1) % classes) {
    labels.insert(labels.end(), std::min<std::size_t>(c + 1, rows - labels.size()), c);
  }
  return labels;
}

std::size_t count_of(std::uint32_t label, const std::vector<std::uint32_t>& rows,
                     const std::vector<std::uint32_t>& labels) {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [&](std::uint32_t row) { return labels[row] == label; }));
}

void check_is_split(const Split& split, std::size_t rows) {
  CHECK(std::is_sorted(split.train.begin(), split.train.end()));
  CHECK(std::is_sorted(split.validation.begin(), split.validation.end()));
  std::vector<std::uint32_t> both = split.train;
  both.insert(both.end(), split.validation.begin(), split.validation.end());
  std::sort(both.begin(), both.end());
  std::vector<std::uint32_t> expected(rows);
  std::iota(expected.begin(), expected.end(), 0U);
  CHECK(both == expected);
}

constexpr SplitKind kKinds[] = {SplitKind::shuffled, SplitKind::stratified, SplitKind::tail};

}  // namespace

TEST_CASE("A split holds every row once, ascending, in the sizes of Keras", "[data]") {
  struct Case {
    std::size_t rows;
    double fraction;
    std::size_t train;
  };
  for (const SplitKind kind : kKinds) {
    for (const Case& c : {Case{60000, 0.2, 48000},
                          {60000, 0.0, 60000},
                          {10, 0.25, 7},
                          {2, 0.5, 1},
                          {7, 0.01, 6},
                          {1001, 0.999, 1},
                          {1, 0.0, 1}}) {
      const auto labels = skewed_labels(c.rows, 4);
      const Split split = split_rows(kind, labels, c.fraction, 42);
      CHECK(split.train.size() == c.train);
      check_is_split(split, c.rows);
    }
  }
}

TEST_CASE("Splits are keyed by the seed", "[data]") {
  const auto labels = skewed_labels(1000, 5);
  for (const SplitKind kind : kKinds) {
    const Split first = split_rows(kind, labels, 0.2, 42);
    CHECK(split_rows(kind, labels, 0.2, 42).validation == first.validation);
    CHECK((split_rows(kind, labels, 0.2, 43).validation == first.validation) == (kind == SplitKind::tail));
  }
}

TEST_CASE("The tail split holds out the last rows", "[data]") {
  const Split split = split_rows(SplitKind::tail, skewed_labels(10, 2), 0.3, 1);
  CHECK(split.validation == std::vector<std::uint32_t>{7, 8, 9});
}

TEST_CASE("A shuffled split draws from all over the rows", "[data]") {
  const Split split = split_rows(SplitKind::shuffled, skewed_labels(10000, 2), 0.2, 42);
  for (std::uint32_t start = 0; start < 10000; start += 1000) {
    const auto held_out = std::count_if(split.validation.begin(), split.validation.end(),
                                        [&](auto row) { return row >= start && row < start + 1000; });
    CHECK(std::abs(held_out - 200) < 60);  // 5 sigma
  }
}

TEST_CASE("A stratified split holds out each class' share", "[data]") {
  const auto labels = skewed_labels(9973, 10);
  std::vector<std::uint32_t> all(labels.size());
  std::iota(all.begin(), all.end(), 0U);
  for (const double fraction : {0.1, 0.2, 0.37, 0.9}) {
    const Split split = split_rows(SplitKind::stratified, labels, fraction, 3);
    check_is_split(split, labels.size());
    for (std::uint32_t c = 0; c < 10; ++c) {
      const double share = static_cast<double>(count_of(c, all, labels)) *
                           static_cast<double>(split.validation.size()) / static_cast<double>(labels.size());
      CHECK(std::abs(static_cast<double>(count_of(c, split.validation, labels)) - share) < 1);
    }
  }
}

TEST_CASE("A stratified split gives remainders to the largest fractions, then to the smaller class", "[data]") {
  // 5 of 12 rows are held out. Shares: 3 * 5/12 = 1.25, 4 * 5/12 = 1.67, 5 * 5/12 = 2.08.
  const std::vector<std::uint32_t> labels = {0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2};
  const Split split = split_rows(SplitKind::stratified, labels, 0.4, 1);
  CHECK(count_of(0, split.validation, labels) == 1);
  CHECK(count_of(1, split.validation, labels) == 2);
  CHECK(count_of(2, split.validation, labels) == 2);
  // 2 of 6: 0.67 each, class 7 (absent classes between) last.
  const std::vector<std::uint32_t> tied = {7, 7, 0, 0, 3, 3};
  const Split ties = split_rows(SplitKind::stratified, tied, 0.3, 1);
  CHECK(count_of(0, ties.validation, tied) == 1);
  CHECK(count_of(3, ties.validation, tied) == 1);
  CHECK(count_of(7, ties.validation, tied) == 0);
}

TEST_CASE("A split that leaves a part empty is a usage error", "[data]") {
  for (const SplitKind kind : kKinds) {
    for (const double fraction : {0.95, 1e-300}) {
      const auto message = message_of(ErrorKind::usage, [&] { split_rows(kind, skewed_labels(10, 2), fraction, 1); });
      CHECK(contains(message, "--validation-split"));
    }
  }
}

}  // namespace strata::test::data_split_test
