#include "data/gaps.h"

#include <limits>

#include "tests/catch.h"

namespace strata::test::data_gaps_test {

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
using Gaps = std::vector<ColumnGaps>;

}  // namespace

TEST_CASE("Missing fields and unknown categories are counted once a row, whatever the features of a column", "[data]") {
  TableSchema table{.features = {{"x"}, {"town", true, {"a", "b", "c"}}, {"y"}}, .label = "label"};
  const std::vector<float> values{
      1,    0,    1,    0,    kNan,  // y is missing
      kNan, 0,    0,    0,    2,     // x is missing, and the town is new
      3,    kNan, kNan, kNan, kNan,  // town and y are missing
      0,    1,    0,    0,    0,     // all is there
  };
  GapCounter counter(table, 5);
  counter.add(MatrixView<const float>(values.data(), 4, 5));
  CHECK(counter.rows() == 4);
  CHECK(counter.gaps() == Gaps{{0, 1, 0}, {1, 1, 1}, {2, 2, 0}});
}

TEST_CASE("Gaps of some rows, of arrays and of several parts", "[data]") {
  const std::vector<float> values{0, kNan, 1, kNan, 5, 6};
  GapCounter counter(std::nullopt, 2);
  const MatrixView<const float> rows(values.data(), 3, 2);
  const std::vector<std::uint32_t> chosen{1, 2};
  counter.add(rows, chosen);
  CHECK(counter.rows() == 2);
  CHECK(counter.gaps() == Gaps{{1, 1, 0}});
  counter.add(rows);
  CHECK(counter.rows() == 5);
  CHECK(counter.gaps() == Gaps{{1, 3, 0}});
}

TEST_CASE("Pixels lack nothing", "[data]") {
  const std::vector<std::uint8_t> pixels{0, 0, 1, 2};
  GapCounter counter(std::nullopt, 2);
  counter.add(MatrixView<const std::uint8_t>(pixels.data(), 2, 2));
  CHECK(counter.rows() == 2);
  CHECK(counter.gaps().empty());
}

}  // namespace strata::test::data_gaps_test
