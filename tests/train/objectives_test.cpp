// Runs that learn something else than one of several classes.
#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/engine.h"
#include "kernels/instruction_set.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"
#include "tests/train/recorder.h"
#include "tests/train/small_source.h"
#include "train/classification_figures.h"
#include "train/figures.h"
#include "train/part.h"

namespace train_objectives_test {

using namespace strata;
using namespace strata::test;

namespace {

DataSource source_of(std::size_t targets, TargetKind kind) {
  DataSource source = small_source();
  take_targets(source, targets, kind);
  return source;
}

DataSource two_classes() { return {small_dataset(203, 9, 2, 1), small_dataset(51, 9, 2, 2), 2}; }

TrainConfig config_of(std::string_view loss) {
  TrainConfig config = small_config();
  config.loss = parse_objective(loss, "loss");
  config.epochs = 40;
  return config;
}

std::string refusal(const TrainConfig& config, const DataSource& source) {
  return thrown([&] { Trainer(config, source); });
}

/// The mean of the errors' sizes, if every row were predicted by its target's mean.
double error_of_means(const Dataset& data) {
  double sum = 0;
  for (std::size_t t = 0; t < data.target_columns; ++t) {
    double mean = 0;
    for (std::size_t r = 0; r < data.rows(); ++r) {
      mean += data.target_values[r * data.target_columns + t] / static_cast<double>(data.rows());
    }
    for (std::size_t r = 0; r < data.rows(); ++r) {
      sum += std::fabs(data.target_values[r * data.target_columns + t] - mean);
    }
  }
  return sum / static_cast<double>(data.target_values.size());
}

struct Learnt {
  RunResult result;
  double mae;                      ///< of the test rows, by the predictions
  std::vector<float> predictions;  ///< likewise
};

/// Trains, and predicts the test rows by an engine of its own.
Learnt learn(const TrainConfig& config, const DataSource& source) {
  Trainer trainer(config, source);
  Learnt learnt{.result = trainer.run({}, never), .mae = 0, .predictions = {}};
  const auto engine =
      make_inference_engine(trainer.model(), trainer.task(), trainer.parameters(), trainer.scaler(), {});
  const auto rows = all_rows(source.test.rows());
  const std::size_t outputs = trainer.model().outputs;
  learnt.predictions.resize(rows.size() * outputs);
  engine->predict(source.test.view(), rows, {learnt.predictions.data(), rows.size(), outputs});
  const std::size_t columns = source.test.target_columns;
  for (std::size_t i = 0; columns > 0 && i < learnt.predictions.size(); ++i) {
    const std::size_t at = columns == outputs ? i : i / outputs;
    learnt.mae += std::fabs(learnt.predictions[i] - source.test.target_values[at]) /
                  static_cast<double>(learnt.predictions.size());
  }
  const LossSums sums = engine->evaluate(source.test.view(), rows);
  CHECK(sums.loss / static_cast<double>(rows.size()) == Approx(learnt.result.test_loss.value()).epsilon(1e-12));
  if (columns > 0 && source.targets == TargetKind::numbers) {
    double mae = 0;
    for (const NumberFigures& of :
         number_figures(source.test.view().targets, {learnt.predictions.data(), rows.size(), outputs}, {})) {
      mae += of.mae;
    }
    CHECK(learnt.result.test_figures.front().value == Approx(mae / static_cast<double>(outputs)).epsilon(1e-12));
    CHECK(sums.figure / static_cast<double>(rows.size()) == Approx(learnt.mae).epsilon(1e-4));
  }
  return learnt;
}

}  // namespace

TEST_CASE("every loss of numbers learns them, and predicts in their own units", "[train]") {
  for (const char* loss : {"mse", "mae", "huber", "quantile"}) {
    for (const std::size_t targets : {1U, 3U}) {
      CAPTURE(loss, targets);
      const DataSource source = source_of(targets, TargetKind::numbers);
      const Learnt learnt = learn(config_of(loss), source);
      CHECK(learnt.result.status == RunStatus::completed);
      CHECK(learnt.mae < 0.3 * error_of_means(source.test));
    }
  }
}

TEST_CASE("several quantiles of one number lie in their order, with their shares below", "[train]") {
  const DataSource source = source_of(1, TargetKind::numbers);
  const Learnt learnt = learn(config_of("quantile,q=0.1:0.5:0.9"), source);
  REQUIRE(learnt.predictions.size() == 3 * source.test.rows());
  std::size_t in_order = 0;
  for (std::size_t r = 0; r < source.test.rows(); ++r) {
    const float* p = learnt.predictions.data() + 3 * r;
    in_order += p[0] <= p[1] && p[1] <= p[2] ? 1U : 0U;
  }
  CHECK(in_order > source.test.rows() * 3 / 4);
}

TEST_CASE("two classes are told apart by one output, and several labels by one each", "[train]") {
  const Learnt classes = learn(config_of("binary_cross_entropy"), two_classes());
  CHECK(classes.predictions.size() == two_classes().test.rows());
  std::size_t right = 0;
  for (std::size_t r = 0; r < classes.predictions.size(); ++r) {
    right += (classes.predictions[r] > 0.5F) == (two_classes().test.labels[r] == 1) ? 1U : 0U;
  }
  CHECK(right > classes.predictions.size() * 9 / 10);

  const DataSource source = source_of(4, TargetKind::labels);
  const Learnt labels = learn(config_of("binary_cross_entropy"), source);
  right = 0;
  for (std::size_t i = 0; i < labels.predictions.size(); ++i) {
    right += (labels.predictions[i] > 0.5F) == (source.test.target_values[i] == 1) ? 1U : 0U;
  }
  CHECK(right > labels.predictions.size() * 8 / 10);
  CHECK(labels.result.test_figures.front() == Figure{"label_accuracy", quotient(right, labels.predictions.size())});
}

TEST_CASE("without a loss the data decide it", "[train]") {
  TrainConfig config = small_config();
  CHECK(Trainer(config, small_source()).task().objective.kind == ObjectiveKind::softmax_cross_entropy);
  CHECK(Trainer(config, source_of(2, TargetKind::numbers)).task().objective.kind == ObjectiveKind::mse);
  const DataSource labels = source_of(2, TargetKind::labels);
  const Trainer trainer(config, labels);
  CHECK(trainer.task().objective.kind == ObjectiveKind::binary_cross_entropy);
  CHECK(trainer.task().scaler.empty());
  CHECK(trainer.model().outputs == 2);
}

TEST_CASE("numbers are standardised by the training rows' mean and deviation", "[train]") {
  DataSource source = source_of(2, TargetKind::numbers);
  TrainConfig config = config_of("mse");
  config.validation_split = 0;
  const Trainer trainer(config, source);
  const TargetScaler& scaler = trainer.task().scaler;
  REQUIRE(scaler.mean.size() == 2);
  const Dataset& train = source.train;
  for (std::size_t t = 0; t < 2; ++t) {
    double mean = 0;
    for (std::size_t r = 0; r < train.rows(); ++r) {
      mean += double{train.target_values[2 * r + t]} / static_cast<double>(train.rows());
    }
    double variance = 0;
    for (std::size_t r = 0; r < train.rows(); ++r) {
      variance += std::pow(train.target_values[2 * r + t] - mean, 2) / static_cast<double>(train.rows());
    }
    CHECK(scaler.mean[t] == Approx(mean).epsilon(1e-6));
    CHECK(scaler.scale[t] == Approx(std::sqrt(variance)).epsilon(1e-6));
  }
  config.target_scaler = ScalerKind::none;
  CHECK(Trainer(config, source).task().scaler.empty());
  std::fill(source.train.target_values.begin(), source.train.target_values.end(), 7.0F);
  config.target_scaler = ScalerKind::standard;
  CHECK(Trainer(config, source).task().scaler.scale == std::vector<float>{1, 1});  // of a constant
}

TEST_CASE("a run of numbers has the same bits on any number of threads, and in two parts", "[train]") {
  if (kernels::instruction_set_name() == "baseline") {
    return;  // onednn, which promises no such thing
  }
  const DataSource source = source_of(3, TargetKind::numbers);
  TrainConfig config = config_of("huber");
  config.epochs = 3;
  const std::string one = Trainer(config, source).run({}, never).weights_hash;
  for (const int threads : {2, 3, 4, 7}) {
    config.threads = threads;
    CHECK(Trainer(config, source).run({}, never).weights_hash == one);
  }
}

TEST_CASE("class weights, however they are given, are refused where rows are of no one class", "[train]") {
  const ClassWeights balanced{.balanced = true};
  const ClassWeights given{.given = {1, 2}};
  const ClassWeights named{.named = {{"rose", 2}}};
  for (const ClassWeights& weights : {balanced, given, named}) {
    TrainConfig config = config_of("mse");
    config.class_weights = weights;
    CHECK(refusal(config, source_of(2, TargetKind::numbers)) ==
          "usage: --class-weights does not apply to --loss mse: numbers are of no class");
    config.loss = parse_objective("binary_cross_entropy", "loss");
    CHECK(refusal(config, source_of(2, TargetKind::labels)) ==
          "usage: --class-weights does not apply to --loss binary_cross_entropy: a row of several labels is of no one "
          "class");
  }
}

TEST_CASE("what an objective has no use for is refused by name", "[train]") {
  const DataSource numbers = source_of(2, TargetKind::numbers);
  TrainConfig config = config_of("mse");
  config.label_smoothing = 0.1;
  CHECK(refusal(config, numbers) == "usage: --label-smoothing does not apply to --loss mse: numbers are not smoothed");
  config = config_of("mse");
  config.threshold = 0.3;
  CHECK(refusal(config, numbers) == "usage: --threshold does not apply to --loss mse: it is for binary_cross_entropy");
  config = small_config();
  config.target_scaler = ScalerKind::none;
  CHECK(refusal(config, small_source()) ==
        "usage: --target-scaler does not apply to --loss softmax_cross_entropy: it is for numbers");
  config = small_config();
  config.target_scaler_given = true;
  CHECK(refusal(config, small_source()) ==
        "usage: --target-scaler does not apply to --loss softmax_cross_entropy: it is for numbers");
  config = small_config();
  config.split = SplitKind::stratified;
  CHECK(refusal(config, numbers) ==
        "usage: --split stratified divides each class, but the data have numbers; use shuffled");
  CHECK(missing(refusal(config_of("mse"), small_source()), {"usage: --loss mse learns numbers", "--target-columns"}) ==
        "");
  CHECK(missing(refusal(config_of("binary_cross_entropy"), small_source()),
                {"tells two classes apart, but the data have 3", "softmax_cross_entropy"}) == "");
}

}  // namespace train_objectives_test
