#include <cmath>
#include <numeric>

#include "diagnose/run_facts.h"
#include "tests/catch.h"

namespace diagnose_data_facts_test {

using namespace strata;

namespace {

/// Rows of two features and two classes.
Dataset rows_of_values(std::initializer_list<float> values, std::vector<std::uint32_t> labels) {
  Dataset data;
  data.features = 2;
  AlignedVector<float> all(values.begin(), values.end());
  data.values = std::move(all);
  data.labels = std::move(labels);
  return data;
}

DataSource two_parts() {
  DataSource source;
  source.classes = 2;
  source.train = rows_of_values({1, 7, 2, 7, 3, 7, 4, 7, 5, 7}, {0, 0, 0, 0, 1});
  source.validation = rows_of_values({1, 7, 2.5, 7, 3, 7}, {0, 1, 1});
  return source;
}

}  // namespace

TEST_CASE("the data's facts: counts, constants, sizes and shared rows", "[diagnose]") {
  const DataSource source = two_parts();
  const DataFacts facts = data_facts(source, std::nullopt, Standardising{.kind = ScalerKind::none}, 1);
  CHECK(facts.train_counts == std::vector<std::size_t>{4, 1});
  CHECK(facts.validation_counts == std::vector<std::size_t>{1, 2});
  CHECK(facts.class_names == std::vector<std::string>{"0", "1"});
  CHECK(facts.constant == 1);
  CHECK(facts.sizes[0] == Approx(std::sqrt(11.0)));
  CHECK(std::isnan(facts.sizes[1]));
  CHECK(facts.shared_rows == 1);  // the third validation row has another label
  CHECK(facts.rounded.empty());
}

TEST_CASE("features that a scaler has standardised have the size of 1", "[diagnose]") {
  const DataSource source = two_parts();
  const Scaler scaler{.mean = {3, 7}, .scale = {std::sqrt(2.0F), 1}};
  CHECK(data_facts(source, std::nullopt, Standardising{.scaler = &scaler}, 1).sizes[0] == Approx(1));
  CHECK(data_facts(source, std::nullopt, Standardising{}, 1).sizes[0] == Approx(1));
  CHECK(std::isnan(data_facts(source, std::nullopt, std::nullopt, 1).sizes[0]));
}

TEST_CASE("numbers far from 0 have lost digits, unless they are whole or hold an offset", "[diagnose]") {
  DataSource source = two_parts();
  source.train =
      rows_of_values({1e9F, 2020, 1e9F + 64, 2021, 1e9F + 192, 2022, 1e9F, 2023, 1e9F, 2024}, {0, 0, 0, 0, 1});
  source.validation = {};
  CHECK(data_facts(source, std::nullopt, Standardising{}, 1).rounded == std::vector<std::size_t>{0});
  source.train.offsets = {1e9, 0};
  CHECK(data_facts(source, std::nullopt, Standardising{}, 1).rounded.empty());
}

TEST_CASE("rows of few different values are alike by chance", "[diagnose]") {
  DataSource source;
  source.classes = 2;
  source.train.features = 1;
  AlignedVector<float> values(1000);
  for (std::size_t row = 0; row < values.size(); ++row) {
    values[row] = static_cast<float>(row * row % 17);
  }
  source.train.values = std::move(values);
  source.train.labels = std::vector<std::uint32_t>(1000, 0);
  const DataFacts facts = data_facts(source, SplitPlan{SplitKind::tail, 0.2, 1}, Standardising{}, 1);
  CHECK(facts.shared_rows == 200);
  CHECK(facts.chance_shared == Approx(1).margin(1e-6));
}

}  // namespace diagnose_data_facts_test
