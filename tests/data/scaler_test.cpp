#include "data/scaler.h"

#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "tests/data/data_files.h"
#include "tests/kernels/random_values.h"

namespace strata::test::data_scaler_test {

namespace {

constexpr double kUlp = std::numeric_limits<float>::epsilon();

struct Samples {
  Bytes pixels;  // (rows, features)
  std::vector<std::uint32_t> labels;
  std::size_t features;

  SamplesView view() const { return {MatrixView<const std::uint8_t>(pixels.data(), labels.size(), features), labels}; }
};

Samples samples(std::size_t rows, std::size_t features, Bytes pixels) {
  return {std::move(pixels), std::vector<std::uint32_t>(rows), features};
}

std::vector<std::uint32_t> all_rows(std::size_t rows) {
  std::vector<std::uint32_t> all(rows);
  std::iota(all.begin(), all.end(), 0U);
  return all;
}

/// Mean and deviation in two passes of doubles.
void check_against_two_passes(const Scaler& scaler, const SamplesView& view, std::span<const std::uint32_t> rows) {
  const auto n = static_cast<double>(rows.size());
  REQUIRE(scaler.mean.size() == view.features.columns());
  REQUIRE(scaler.scale.size() == view.features.columns());
  for (std::size_t f = 0; f < view.features.columns(); ++f) {
    double sum = 0;
    for (const std::uint32_t row : rows) {
      sum += view.features(row, f);
    }
    double squares = 0;
    for (const std::uint32_t row : rows) {
      const double deviation = view.features(row, f) - sum / n;
      squares += deviation * deviation;
    }
    const bool constant = squares / n < 1e-12;
    const double scale = constant ? 1.0 : std::sqrt(squares / n);
    REQUIRE(std::abs(scaler.mean[f] - sum / n) <= kUlp * (sum / n));
    REQUIRE(std::abs(scaler.scale[f] - scale) <= kUlp * scale);
    REQUIRE((!constant || scaler.scale[f] == 1.0F));
  }
}

}  // namespace

TEST_CASE("The standard scaler agrees with two passes in double", "[data]") {
  struct Case {
    std::size_t rows;
    std::size_t features;
  };
  for (const Case& c : {Case{1, 3}, {2, 1}, {7, 5}, {1023, 17}, {1024, 8}, {1025, 33}, {5000, 100}}) {
    const Samples s = samples(c.rows, c.features, noise(c.rows * c.features, 5));
    const auto rows = all_rows(c.rows);
    check_against_two_passes(fit_scaler(ScalerKind::standard, s.view(), rows, 2), s.view(), rows);
  }
}

TEST_CASE("The standard scaler looks at the given rows alone", "[data]") {
  const Samples s = samples(3000, 20, noise(60000, 8));
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 1; row < 3000; row += 1 + row % 3) {
    rows.push_back(row);
  }
  check_against_two_passes(fit_scaler(ScalerKind::standard, s.view(), rows, 2), s.view(), rows);
}

TEST_CASE("Scalers of features and of targets look at rows of weight 0 too, as the documents say", "[data]") {
  const Samples s = samples(4, 1, {0, 2, 4, 6});
  const std::vector<float> weights{1, 1, 0, 0};
  const std::vector<float> targets{10, 20, 30, 40};
  SamplesView view = s.view();
  view.row_weights = weights;
  view.targets = {targets.data(), 4, 1};
  CHECK(fit_scaler(ScalerKind::standard, view, all_rows(4), 1).mean.front() == 3.0F);
  CHECK(fit_target_scaler(view, all_rows(4)).mean.front() == 25.0F);
}

TEST_CASE("Constant and nearly constant features are exact", "[data]") {
  constexpr std::size_t kRows = 70'000;  // 255^2 times this is past 2^32
  const std::vector<Bytes> features = [] {
    std::vector<Bytes> f(8, Bytes(kRows));
    f[1] = Bytes(kRows, 255);
    f[2] = Bytes(kRows, 255);
    f[2][12345] = 254;
    f[3][69999] = 1;
    f[4] = Bytes(kRows, 254);
    f[4][0] = 255;
    for (std::size_t row = 0; row < kRows; ++row) {
      f[5][row] = row % 2 == 0 ? 0 : 255;
      f[6][row] = row < kRows / 3 ? 0 : 255;
    }
    f[7] = Bytes(kRows, 77);
    return f;
  }();
  Bytes pixels;
  for (std::size_t row = 0; row < kRows; ++row) {
    for (const Bytes& feature : features) {
      pixels.push_back(feature[row]);
    }
  }
  const Samples s = samples(kRows, features.size(), std::move(pixels));
  const auto rows = all_rows(kRows);
  const Scaler scaler = fit_scaler(ScalerKind::standard, s.view(), rows, 2);
  check_against_two_passes(scaler, s.view(), rows);
  const auto once = static_cast<float>(std::sqrt((kRows - 1.0)) / kRows);  // the deviation of one that differs by 1
  CHECK(scaler.mean[1] == 255.0F);
  CHECK(scaler.scale == std::vector<float>{1.0F, 1.0F, once, once, once, 127.5F, scaler.scale[6], 1.0F});
}

TEST_CASE("A padded view is summed by its own columns", "[data]") {
  const Bytes pixels = noise(100 * 16, 4);
  const std::vector<std::uint32_t> labels(100);
  const SamplesView view{MatrixView<const std::uint8_t>(pixels.data(), 100, 13, 16), labels};
  const auto rows = all_rows(100);
  check_against_two_passes(fit_scaler(ScalerKind::standard, view, rows, 1), view, rows);
}

TEST_CASE("Every number of threads fits the same scaler", "[data]") {
  const Samples s = samples(20'000, 50, noise(1'000'000, 6));
  const auto rows = all_rows(20'000);
  const Scaler one = fit_scaler(ScalerKind::standard, s.view(), rows, 1);
  for (const int threads : {2, 3, 4, 7, 16}) {
    const Scaler many = fit_scaler(ScalerKind::standard, s.view(), rows, threads);
    CHECK(many.mean == one.mean);
    CHECK(many.scale == one.scale);
  }
}

namespace {

struct Values {
  std::vector<float> values;  // (rows, features)
  std::size_t features;

  std::size_t rows() const { return values.size() / features; }
  SamplesView view() const { return {MatrixView<const float>(values.data(), rows(), features)}; }
};

/// The tree of docs/numerics.md over `terms`, blocks of 64 each a chain.
double tree(std::span<const double> terms) {
  constexpr std::size_t kBlock = 64;
  if (terms.size() <= kBlock) {
    return std::accumulate(terms.begin(), terms.end(), 0.0);
  }
  const std::size_t middle = std::bit_floor((terms.size() + kBlock - 1) / kBlock - 1) * kBlock;
  const double left = tree(terms.first(middle));
  return left + tree(terms.subspan(middle));
}

/// Mean and deviation of a feature by the order of sums that is promised.
std::pair<float, float> defined_moments(const Values& v, std::size_t feature, std::span<const std::uint32_t> rows) {
  std::vector<double> terms;
  double count = 0;
  for (const std::uint32_t row : rows) {
    const float x = v.values[row * v.features + feature];
    terms.push_back(std::isnan(x) ? 0 : x);
    count += std::isnan(x) ? 0 : 1;
  }
  const double mean = tree(terms) / count;
  std::vector<double> squares;
  for (const std::uint32_t row : rows) {
    const float x = v.values[row * v.features + feature];
    const double deviation = std::isnan(x) ? 0 : x - mean;
    squares.push_back(deviation * deviation);
  }
  return {static_cast<float>(mean), static_cast<float>(std::sqrt(tree(squares) / count))};
}

}  // namespace

TEST_CASE("The standard scaler of values adds in the promised order, on any number of threads", "[data]") {
  for (const std::size_t rows : {1U, 63U, 64U, 65U, 1000U, 5000U}) {
    Values v{random_floats(rows * 7, -30, 500, rows), 7};
    for (std::size_t i = 7; i < v.values.size(); i += 11) {
      v.values[i] = std::numeric_limits<float>::quiet_NaN();
    }
    std::vector<std::uint32_t> some = all_rows(rows);
    std::erase_if(some, [](std::uint32_t row) { return row % 5 == 3; });
    for (const int threads : {1, 2, 3, 4}) {
      const Scaler scaler = fit_scaler(ScalerKind::standard, v.view(), some, threads, MissingValues::mean);
      for (std::size_t f = 0; f < v.features; ++f) {
        CAPTURE(rows, threads, f);
        const auto [mean, deviation] = defined_moments(v, f, some);
        CHECK(scaler.mean[f] == mean);
        CHECK(scaler.scale[f] == (deviation == 0 ? 1.0F : deviation));
        CHECK(scaler.fill[f] == mean);
      }
    }
  }
}

TEST_CASE("Values whose variance is rounding noise are divided by 1, others by their deviation", "[data]") {
  constexpr std::size_t kRows = 1000;
  Values v{{}, 5};
  for (std::size_t row = 0; row < kRows; ++row) {
    const bool odd = row % 2 == 1;
    v.values.insert(v.values.end(), {0.1F, 1e30F, 1e-42F, odd ? 1e-30F : 3e-30F, odd ? 16777216.0F : 16777217.0F});
  }
  const Scaler scaler = fit_scaler(ScalerKind::standard, v.view(), all_rows(kRows), 2);
  CHECK(scaler.mean[0] == 0.1F);
  CHECK(scaler.mean[2] == 0.0F);
  CHECK(scaler.scale[0] == 1.0F);
  CHECK(scaler.scale[1] == 1.0F);
  CHECK(scaler.scale[2] == 1.0F);
  CHECK(scaler.scale[3] == 1e-30F);
  CHECK(scaler.scale[4] == 1.0F);  // fp32 does not tell the two apart
  CHECK(scaler.fill.empty());
}

TEST_CASE("Missing values are filled by the mean with any scaler, and by none unless asked", "[data]") {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  const Values v{{1, 5, kNaN, 7, 4, kNaN}, 2};
  const Scaler none = fit_scaler(ScalerKind::none, v.view(), all_rows(3), 1, MissingValues::mean);
  CHECK(none.mean == std::vector<float>{0, 0});
  CHECK(none.fill == std::vector<float>{2.5F, 6});
  CHECK(none.standardised_fill() == none.fill);
  const Scaler standard = fit_scaler(ScalerKind::standard, v.view(), all_rows(3), 1, MissingValues::mean);
  CHECK(standard.scale == std::vector<float>{1.5F, 1});
  CHECK(standard.standardised_fill() == std::vector<float>{0, 0});
  const Scaler unfilled = fit_scaler(ScalerKind::standard, v.view(), all_rows(3), 1);
  CHECK(unfilled.fill.empty());
  CHECK(std::isnan(unfilled.standardised_fill()[1]));
  const std::vector<std::uint32_t> empty_rows{1};
  CHECK(data_message_of([&] {
          fit_scaler(ScalerKind::unit, v.view(), empty_rows, 1, MissingValues::mean);
        }).find("feature 0") == 0);
}

TEST_CASE("The other scalers are constants", "[data]") {
  const Samples s = samples(4, 3, noise(12, 6));
  const Scaler unit = fit_scaler(ScalerKind::unit, s.view(), all_rows(4), 2);
  CHECK(unit.mean == std::vector<float>(3, 0.0F));
  CHECK(unit.scale == std::vector<float>(3, 255.0F));
  CHECK(unit.pixel_factor() == std::vector<float>(3, static_cast<float>(1.0 / 255.0)));
  CHECK(unit.pixel_offset() == std::vector<float>(3, 0.0F));
  const Scaler none = fit_scaler(ScalerKind::none, s.view(), all_rows(4), 2);
  CHECK(none.pixel_factor() == std::vector<float>(3, 1.0F));
  CHECK(none.pixel_offset() == std::vector<float>(3, 0.0F));
}

TEST_CASE("Factor and offset are rounded once from the stored mean and scale", "[data]") {
  const Scaler scaler{{72.94F, 0.1F, 255.0F}, {90.02F, 0.003F, 1.0F}};
  for (std::size_t f = 0; f < 3; ++f) {
    const double mean = scaler.mean[f];
    const double scale = scaler.scale[f];
    CHECK(scaler.pixel_factor()[f] == static_cast<float>(1 / scale));
    CHECK(scaler.pixel_offset()[f] == static_cast<float>(-mean / scale));
  }
}

}  // namespace strata::test::data_scaler_test
