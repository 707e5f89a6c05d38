#include "data/offsets.h"

#include <cmath>
#include <limits>
#include <vector>

#include "tests/catch.h"
#include "tests/core/thrown.h"
#include "tests/kernels/random_values.h"

namespace strata::test::data_offsets_test {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<std::size_t> far(const std::vector<double>& numbers) {
  const std::vector<float> values(numbers.begin(), numbers.end());
  return far_columns({values.data(), values.size(), 1});
}

/// What a column needs, if it is looked at.
double needed(const std::vector<double>& numbers) { return far(numbers).empty() ? 0 : offset_of(numbers); }

}  // namespace

TEST_CASE("A column whose numbers are one in fp32 needs its first number as an offset", "[data]") {
  CHECK(needed({1.7e9, 1.7e9 + 1, 1.7e9 + 59}) == 1.7e9);
  CHECK(needed({kNaN, 1.7e9 + 5, 1.7e9}) == 1.7e9 + 5);
  CHECK(needed({-16777217, -16777216}) == -16777217);
  CHECK(needed({300.00001, 300.00002, 300.00003}) == 300.00001);
  std::vector<double> year;
  for (int minute = 0; minute < 500'000; ++minute) {
    year.push_back(1.6e9 + 60 * minute);
  }
  CHECK(needed(year) == 1.6e9);
}

TEST_CASE("A column that fp32 holds as well as it could with an offset needs none", "[data]") {
  CHECK(needed({}) == 0);
  CHECK(needed({kNaN}) == 0);
  CHECK(needed({5, 5, 5}) == 0);
  CHECK(needed({1.7e9, 1.7e9 + 1000, 1.7e9 + 2000}) == 0);  // apart in fp32
  CHECK(needed({0, 16777216, 16777217}) == 0);
  CHECK(needed({-1e9, -1e9 + 1, 1e9}) == 0);
  CHECK(needed({1990, 1991, 2026}) == 0);
  for (const double shift : {0.0, 0.5, 1.0}) {  // some are one in fp32 by chance, however many digits they have
    std::vector<double> numbers;
    for (const float x : random_floats(100'000, 0, 1, 3)) {
      numbers.push_back(x + shift + 1e-10 * static_cast<double>(numbers.size() % 977));
    }
    CHECK(needed(numbers) == 0);
  }
}

TEST_CASE("Columns that are far from 0 are found, whatever stands beside them", "[data]") {
  const float missing = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> values{1, 1e9F, -7, missing, 2, 1e9F + 64, -7, missing, 3, missing, -7, missing};
  CHECK(far_columns({values.data(), 3, 4}) == std::vector<std::size_t>{1, 2});
}

TEST_CASE("What differed in double differs less the offset", "[data]") {
  std::vector<double> numbers;
  for (int i = 0; i < 4096; ++i) {
    numbers.push_back(1e12 + i * 0.25);
  }
  const double offset = needed(numbers);
  REQUIRE(offset == 1e12);
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    REQUIRE(static_cast<float>(numbers[i] - offset) > static_cast<float>(numbers[i - 1] - offset));
  }
}

TEST_CASE("Targets that are one in fp32 are refused with a constant that mends them", "[data]") {
  const auto message = [](const std::vector<double>& targets) {
    return thrown([&] { require_apart(targets, "t.csv", "'y'"); });
  };
  const std::string found = message({1.7e9 + 137, 1.7e9 + 120, 1.7e9 - 70});
  CHECK(found.find("t.csv: numbers of the column 'y' are so far from 0 that fp32 cannot tell them apart") !=
        std::string::npos);
  CHECK(found.find("; subtract 1700000100 from them") != std::string::npos);
  CHECK(message({-1e9, -1e9 + 5}).find("; subtract -1000000000 from them") != std::string::npos);
  CHECK(message({300.00003, 300.00002}).find("; subtract 300.00003 from them") != std::string::npos);
  std::vector<double> kelvins;
  for (const float x : random_floats(100'000, 280, 310, 3)) {
    kelvins.push_back(x + 1e-10 * static_cast<double>(kelvins.size() % 97'777));
  }
  CHECK(needed(kelvins) != 0);
  CHECK_NOTHROW(require_apart(kelvins, "t.csv", "'y'"));
  CHECK_NOTHROW(require_apart(std::vector<double>{1e9, 1e9, 1e9}, "t.csv", "'y'"));
  CHECK_NOTHROW(require_apart(std::vector<double>{}, "t.csv", "'y'"));
}

}  // namespace strata::test::data_offsets_test
