#include "train/part.h"

#include "core/error.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"
#include "tests/train/small_source.h"

namespace strata::train_part_test {

namespace {

Dataset rows_of_label_0(std::size_t rows) {
  Dataset data;
  data.features = 1;
  data.pixels.assign(rows, 1);
  data.labels.assign(rows, 0);
  return data;
}

DataSource source_of(std::size_t train, std::size_t validation, std::size_t test) {
  DataSource source;
  source.train = rows_of_label_0(train);
  source.validation = rows_of_label_0(validation);
  source.test = rows_of_label_0(test);
  source.classes = 1;
  return source;
}

const SplitPlan kTail{SplitKind::tail, 0.2, 1};

}  // namespace

TEST_CASE("parts of a source whose validation rows are held out", "[train]") {
  const DataSource source = source_of(10, 0, 3);
  const auto test = rows_of(Part::test, source, std::nullopt);
  REQUIRE(test.size() == 1);
  CHECK(test[0].data == &source.test);
  CHECK(test[0].rows == std::vector<std::uint32_t>{0, 1, 2});
  const auto validation = rows_of(Part::validation, source, kTail);
  REQUIRE(validation.size() == 1);
  CHECK(validation[0].data == &source.train);
  CHECK(validation[0].rows == std::vector<std::uint32_t>{8, 9});
  CHECK(rows_of(Part::train, source, kTail)[0].rows.size() == 8);
  const auto all = rows_of(Part::all, source, std::nullopt);
  REQUIRE(all.size() == 2);
  CHECK(all[0].rows.size() == 10);
  CHECK(all[1].data == &source.test);
}

TEST_CASE("parts of a source with validation rows of its own", "[train]") {
  const DataSource source = source_of(10, 4, 0);
  CHECK(rows_of(Part::test, source, kTail).empty());
  CHECK(rows_of(Part::validation, source, std::nullopt)[0].data == &source.validation);
  CHECK(rows_of(Part::train, source, kTail)[0].rows.size() == 10);
  CHECK(rows_of(Part::all, source, std::nullopt).size() == 2);
}

TEST_CASE("held-out rows cannot be told without the run's split", "[train]") {
  const DataSource source = source_of(10, 0, 3);
  CHECK(test::missing(test::thrown([&] { rows_of(Part::validation, source, std::nullopt); }),
                      {"usage", "how its run divided"})
            .empty());
  CHECK(rows_of(Part::validation, source, SplitPlan{SplitKind::shuffled, 0, 1}).empty());
}

}  // namespace strata::train_part_test
