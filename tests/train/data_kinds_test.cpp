// Runs on data of other kinds than pixels with a split: values, missing ones among them, weighed rows, and a validation
// part of its own.
#include <limits>

#include "kernels/instruction_set.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"
#include "tests/train/recorder.h"
#include "tests/train/small_source.h"

namespace train_data_kinds_test {

using namespace strata;
using namespace strata::test;

namespace {

/// The pixels of `data` as values, every thirteenth missing.
void take_values(Dataset& data) {
  data.values.append(data.pixels.begin(), data.pixels.end());
  data.pixels.clear();
  for (std::size_t i = 5; i < data.values.size(); i += 13) {
    data.values[i] = std::numeric_limits<float>::quiet_NaN();
  }
}

DataSource value_source() {
  DataSource source = small_source();
  take_values(source.train);
  take_values(source.test);
  return source;
}

std::string hash_of(const TrainConfig& config, const DataSource& source) {
  return Trainer(config, source).run({}, never).weights_hash;
}

}  // namespace

TEST_CASE("values train as pixels do, missing ones filled by the mean", "[train]") {
  TrainConfig config = small_config();
  config.epochs = 12;
  config.missing = MissingValues::mean;
  const Run r = run(config, value_source());
  CHECK(r.result.status == RunStatus::completed);
  CHECK(r.result.val_figures.at(0).value > 0.9);
  CHECK(r.result.test_figures.at(0).value > 0.9);
}

TEST_CASE("a run on values gives the same weights for any number of threads", "[train]") {
  if (kernels::instruction_set_name() == "baseline") {
    return;  // onednn, which promises no such thing
  }
  const DataSource source = value_source();
  TrainConfig config = small_config();
  config.missing = MissingValues::mean;
  const std::string one = hash_of(config, source);
  for (const int threads : {2, 3, 4}) {
    config.threads = threads;
    CHECK(hash_of(config, source) == one);
  }
}

TEST_CASE("a feature without a value in the training rows is an error that names the data", "[train]") {
  DataSource source = value_source();
  for (std::size_t row = 0; row < source.train.rows(); ++row) {
    source.train.values[row * source.train.features + 4] = std::numeric_limits<float>::quiet_NaN();
  }
  TrainConfig config = small_config();
  config.missing = MissingValues::mean;
  CHECK(missing(thrown([&] { Trainer(config, source); }), {"data: memory: feature 4 (counted from 0) has no value"}) ==
        "");
}

TEST_CASE("a validation part of the data is validated on, and no training row held out", "[train]") {
  DataSource source = small_source();
  source.validation = source.test;
  TrainConfig config = small_config();
  const Run r = run(config, source);
  CHECK(r.heard.train_rows == 203);
  CHECK(r.heard.validation_rows == 51);
  CHECK(r.result.val_loss == r.result.test_loss);
  CHECK(r.result.val_figures == r.result.test_figures);
  config.validation_split = 0;
  const std::string alone = hash_of(config, small_source());
  CHECK(hash_of(config, source) == alone);
  config.monitor = Monitor{"auc"};
  config.early_stopping = 1;
  CHECK(run(config, source).result.best_value.has_value());
}

TEST_CASE("equal weights of rows change nothing, others do", "[train]") {
  DataSource source = small_source();
  TrainConfig config = small_config();
  const std::string plain = hash_of(config, source);
  source.train.row_weights.assign(source.train.rows(), 1.0F);
  CHECK(hash_of(config, source) == plain);
  source.train.row_weights.assign(source.train.rows(), 2.0F);
  CHECK(hash_of(config, source) != plain);
  config.convention = Convention::torch;
  const std::string doubled = hash_of(config, source);
  CHECK(doubled == hash_of(config, small_source()));  // a mean by weights, all of them a power of two
  source.train.row_weights[3] = 3;
  CHECK(hash_of(config, source) != doubled);
}

TEST_CASE("weights of rows multiply the loss that is trained, and no other", "[train]") {
  DataSource source = small_source();
  TrainConfig config = small_config();
  config.epochs = 1;
  config.batch_size = 203;
  config.validation_split = 0;
  config.sampling = SamplingKind::sequential;
  const double plain = *run(config, source).result.train_loss;
  source.train.row_weights.assign(source.train.rows(), 3.0F);
  const Run weighed = run(config, source);
  CHECK(*weighed.result.train_loss == Approx(3 * plain).epsilon(1e-6));
  config.max_steps = 1;
  source.test = source.train;
  const Run tested = run(config, source);
  source.test.row_weights.clear();
  CHECK(run(config, source).result.test_loss == tested.result.test_loss);
}

}  // namespace train_data_kinds_test
