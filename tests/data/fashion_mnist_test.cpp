// The packaged data set, read, split, standardised and sampled; skipped, with a warning, where it is not installed.
#include <cmath>
#include <optional>

#include "data/formats/idx_folder.h"
#include "data/sampler.h"
#include "data/scaler.h"
#include "data/split.h"
#include "tests/data/data_files.h"

#ifndef STRATA_DATASETS_DIR
#define STRATA_DATASETS_DIR "/usr/share/datasets"
#endif

namespace strata::test::data_fashion_mnist_test {

namespace {

namespace fs = std::filesystem;

std::optional<DataSource> fashion_mnist(int threads) {
  const fs::path folder = fs::path(STRATA_DATASETS_DIR) / "fashion-mnist";
  if (!fs::exists(folder)) {
    WARN("skipped: " << folder << " is not installed");
    return std::nullopt;
  }
  return load_idx_folder(folder, threads);
}

}  // namespace

TEST_CASE("Fashion-MNIST is what it is known to be", "[data]") {
  const auto source = fashion_mnist(2);
  if (!source) {
    return;
  }
  CHECK(source->classes == 10);
  CHECK(source->train.rows() == 60000);
  CHECK(source->test.rows() == 10000);
  CHECK(source->train.sample_shape == std::vector<std::size_t>{28, 28});
  for (const Dataset* part : {&source->train, &source->test}) {
    std::vector<std::size_t> counts(10);
    for (const std::uint32_t label : part->labels) {
      ++counts[label];
    }
    CHECK(counts == std::vector<std::size_t>(10, part->rows() / 10));
  }
  CHECK(source->train.labels[0] == 9);  // an ankle boot
  CHECK(source->test.labels[0] == 9);
}

TEST_CASE("The scaler of Fashion-MNIST agrees with two passes in double", "[data]") {
  const auto source = fashion_mnist(2);
  if (!source) {
    return;
  }
  const Split split = split_rows(SplitKind::shuffled, source->train.labels, 0.2, 42);
  const Scaler scaler = fit_scaler(ScalerKind::standard, source->train.view(), split.train, 2);
  const std::size_t features = source->train.features;
  const auto n = static_cast<double>(split.train.size());
  std::vector<double> mean(features);
  std::vector<double> variance(features);
  const auto view = source->train.view().features;
  for (const std::uint32_t row : split.train) {
    for (std::size_t f = 0; f < features; ++f) {
      mean[f] += view(row, f) / n;
    }
  }
  for (const std::uint32_t row : split.train) {
    for (std::size_t f = 0; f < features; ++f) {
      variance[f] += (view(row, f) - mean[f]) * (view(row, f) - mean[f]) / n;
    }
  }
  for (std::size_t f = 0; f < features; ++f) {
    const double scale = variance[f] == 0 ? 1 : std::sqrt(variance[f]);
    REQUIRE(std::abs(scaler.mean[f] - mean[f]) <= 1.2e-7 * mean[f]);
    REQUIRE(std::abs(scaler.scale[f] - scale) <= 1.2e-7 * scale);
  }
}

TEST_CASE("Every number of threads prepares the same batches of Fashion-MNIST", "[data]") {
  const auto one = fashion_mnist(1);
  if (!one) {
    return;
  }
  const Split split = split_rows(SplitKind::shuffled, one->train.labels, 0.2, 42);
  const Scaler scaler = fit_scaler(ScalerKind::standard, one->train.view(), split.train, 1);
  for (const int threads : {2, 3, 4, 7, 16}) {
    const auto many = fashion_mnist(threads);
    CHECK(many->train.pixels == one->train.pixels);
    CHECK(many->train.labels == one->train.labels);
    CHECK(many->test.pixels == one->test.pixels);
    CHECK(many->test.labels == one->test.labels);
    const Split again = split_rows(SplitKind::shuffled, many->train.labels, 0.2, 42);
    CHECK(again.train == split.train);
    CHECK(again.validation == split.validation);
    const Scaler fitted = fit_scaler(ScalerKind::standard, many->train.view(), again.train, threads);
    CHECK(fitted.mean == scaler.mean);
    CHECK(fitted.scale == scaler.scale);
    CHECK(fitted.pixel_factor() == scaler.pixel_factor());
    CHECK(fitted.pixel_offset() == scaler.pixel_offset());
    Sampler a(SamplingKind::random, split.train, 32, 42);
    Sampler b(SamplingKind::random, again.train, 32, 42);
    const auto batch_a = a.batch(2, 700);
    const auto batch_b = b.batch(2, 700);
    CHECK(std::equal(batch_a.begin(), batch_a.end(), batch_b.begin(), batch_b.end()));
  }
}

}  // namespace strata::test::data_fashion_mnist_test
