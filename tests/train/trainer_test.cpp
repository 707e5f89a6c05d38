#include "train/trainer.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "tests/catch.h"
#include "tests/core/thrown.h"
#include "tests/engine/small_problem.h"
#include "tests/train/recorder.h"
#include "tests/train/small_source.h"

namespace train_trainer_test {

using namespace strata;
using namespace strata::test;

namespace {

RunResult run_alone(const TrainConfig& config, const DataSource& source) {
  return Trainer(config, source).run({}, never);
}

template <class Change>
TrainConfig changed(Change change) {
  TrainConfig config = small_config();
  change(config);
  return config;
}

OptimizerSpec optimizer(std::string_view text) { return parse_optimizer(text, Convention::keras, "--lower"); }

std::vector<std::uint32_t> all_rows(std::size_t count) {
  std::vector<std::uint32_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

}  // namespace

TEST_CASE("training learns", "[train]") {
  const Run r = run(changed([](TrainConfig& c) { c.epochs = 12; }), small_source());
  CHECK(r.result.status == RunStatus::completed);
  CHECK(r.heard.epochs.back().train_loss < r.heard.epochs.front().train_loss / 2);
  CHECK(r.result.val_figures.at(0).value > 0.9);
  CHECK(r.result.test_figures.at(0).value > 0.9);
}

TEST_CASE("observers hear of the run, its steps and epochs, and the result, in this order", "[train]") {
  const DataSource source = small_source();
  const Run r = run(small_config(), source);
  // 203 rows: floor(203 * 0.8) = 162 for training, floor(162/16) = 10 batches.
  CHECK(r.heard.order ==
        "rsssssssssse"
        "sssssssssse"
        "sssssssssse"
        "f");
  CHECK(r.heard.train_rows == 162);
  CHECK(r.heard.validation_rows == 41);
  CHECK(r.heard.test_rows == 51);
  CHECK(r.heard.steps_per_epoch == 10);
  CHECK(r.heard.parameters == 8 * 10 + 5 * 9 + 3 * 6);
  for (std::size_t i = 0; i < r.heard.steps.size(); ++i) {
    const StepInfo& step = r.heard.steps[i];
    CHECK(step.global_step == i + 1);
    CHECK(step.epoch == i / 10 + 1);
    CHECK(step.step == i % 10 + 1);
    CHECK(step.rows == 16 * step.step);
  }
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(r.heard.epochs[i].epoch == i + 1);
    CHECK(r.heard.epochs[i].global_step == 10 * (i + 1));
    CHECK(r.heard.epochs[i].learning_rates ==
          std::vector<std::pair<std::string, double>>{{"lower", 0.05}, {"upper", 0.01}});
    CHECK(r.heard.epochs[i].samples_per_second > 0);
    CHECK(r.heard.epochs[i].seconds >= r.heard.steps[10 * i + 9].train_seconds);
  }
  CHECK(r.result.steps == 30);
  CHECK(r.result.epochs == 3);
  CHECK(r.heard.result.weights_hash == r.result.weights_hash);
  CHECK(r.heard.result.steps == 30);
}

TEST_CASE("observers are called in turn, and change nothing", "[train]") {
  const DataSource source = small_source();
  Recorder one;
  Recorder other;
  Observer* const observers[] = {&one, &other};
  const RunResult watched = Trainer(small_config(), source).run(observers, never);
  CHECK(one.order == other.order);
  CHECK(watched.weights_hash == run_alone(small_config(), source).weights_hash);
}

TEST_CASE("means are sums over the rows seen, partial batches weighed by their rows", "[train]") {
  const DataSource source = small_source();
  for (const SamplingKind sampling : {SamplingKind::random, SamplingKind::shuffle, SamplingKind::sequential}) {
    const Run r = run(changed([&](TrainConfig& c) { c.sampling = sampling; }), source);
    CAPTURE(static_cast<int>(sampling));
    const bool partial = sampling != SamplingKind::random;  // 162 = 10 * 16 + 2
    CHECK(r.heard.steps_per_epoch == (partial ? 11 : 10));
    double sum = 0;
    std::size_t rows = 0;
    for (const StepInfo& step : r.heard.steps) {
      if (step.step == 1) {
        sum = 0;
        rows = 0;
      }
      const std::size_t batch = step.step == 11 ? 2 : 16;
      sum += step.loss * static_cast<double>(batch);
      rows += batch;
      CHECK(step.rows == rows);
      CHECK(step.mean_loss == Approx(sum / static_cast<double>(rows)).epsilon(1e-12));
      const double correct = step.mean_figure.value * static_cast<double>(rows);
      CHECK(correct == Approx(std::round(correct)).margin(1e-9));
      if (step.step == r.heard.steps_per_epoch) {
        CHECK(r.heard.epochs[step.epoch - 1].train_loss == step.mean_loss);
        CHECK(r.heard.epochs[step.epoch - 1].train_figures == FigureList{step.mean_figure});
      }
    }
    CHECK(r.result.train_loss == r.heard.epochs.back().train_loss);
    CHECK(r.result.train_figures == r.heard.epochs.back().train_figures);
    CHECK(r.result.val_loss == r.heard.epochs.back().val_loss);
  }
}

TEST_CASE("the same run has the same bits, another seed has others", "[train]") {
  const DataSource source = small_source();
  const std::vector<TrainConfig> configs{
      small_config(),
      changed([](TrainConfig& c) { c.threads = 2; }),
      changed([](TrainConfig& c) { c.sampling = SamplingKind::shuffle; }),
      changed([](TrainConfig& c) {
        c.split = SplitKind::stratified;
        c.activation = {kernels::ActivationKind::gelu, 0};
        c.init = Initializer::lecun_uniform;
      }),
      changed([](TrainConfig& c) {
        c.batch_size = 1;
        c.epochs = 1;
        c.sampling = SamplingKind::sequential;
        c.split = SplitKind::tail;
      }),
      changed([](TrainConfig& c) {
        c.hidden = {};
        c.groups = lower_upper_groups(1, 1, optimizer("sgd"), optimizer("sgd,momentum=0.9,nesterov=true"));
      }),
      changed([](TrainConfig& c) {
        c.convention = Convention::torch;
        c.scaler = ScalerKind::unit;
        c.groups = lower_upper_groups(3, 1, optimizer("freeze"), optimizer("adam"));
        c.validation_split = 0;
      }),
  };
  for (std::size_t i = 0; i < configs.size(); ++i) {
    CAPTURE(i);
    TrainConfig config = configs[i];
    const RunResult first = run_alone(config, source);
    const RunResult second = run_alone(config, source);
    CHECK(first.weights_hash == second.weights_hash);
    CHECK(first.train_loss == second.train_loss);
    CHECK(first.val_loss == second.val_loss);
    CHECK(first.test_loss == second.test_loss);
    config.seed = 43;
    CHECK(run_alone(config, source).weights_hash != first.weights_hash);
  }
}

TEST_CASE("what precedes the first step has the same bits at any number of threads", "[train]") {
  const DataSource source = small_source();
  const auto prepared = [&](int threads) {
    return Trainer(changed([&](TrainConfig& c) { c.threads = threads; }), source);
  };
  const Trainer one = prepared(1);
  for (const int threads : {2, 3, 4, 7, 16}) {
    CAPTURE(threads);
    const Trainer other = prepared(threads);
    CHECK(weights_hash(other.parameters()) == weights_hash(one.parameters()));
    CHECK(other.scaler().mean == one.scaler().mean);
    CHECK(other.scaler().scale == one.scaler().scale);
  }
  // The rows of batches show in the losses, which threads may change in their last bits only.
  const auto losses = [&](int threads) {
    const TrainConfig config = changed([&](TrainConfig& c) {
      c.threads = threads;
      c.max_steps = 12;
    });
    std::vector<double> all;
    for (const StepInfo& step : run(config, source).heard.steps) {
      all.push_back(step.loss);
    }
    return all;
  };
  const auto expected = losses(1);
  for (const int threads : {2, 3}) {
    const auto found = losses(threads);
    REQUIRE(found.size() == 12);
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i] == Approx(expected[i]).epsilon(1e-5));
    }
  }
}

TEST_CASE("given initial weights are where training starts", "[train]") {
  const DataSource source = small_source();
  Parameters initial(ModelSpec{9, {8, 5}, 3, {}}.layers());
  std::ranges::fill(initial.values(), 0.25F);
  CHECK(std::ranges::equal(Trainer(small_config(), source, &initial).parameters().values(), initial.values()));
  const TrainConfig idle = changed([](TrainConfig& c) { c.max_steps = 0; });
  CHECK(Trainer(idle, source, &initial).run({}, never).weights_hash == weights_hash(initial));
}

TEST_CASE("the weights after a run are the trainer's parameters", "[train]") {
  const DataSource source = small_source();
  Trainer trainer(small_config(), source);
  const std::string before = weights_hash(trainer.parameters());
  const RunResult result = trainer.run({}, never);
  CHECK(weights_hash(trainer.parameters()) == result.weights_hash);
  CHECK(result.weights_hash != before);
}

TEST_CASE("frozen layers end as they began", "[train]") {
  const DataSource source = small_source();
  const TrainConfig config = changed([](TrainConfig& c) {
    c.groups = parse_groups({"0:sgd,lr=0.1", "1:freeze", "2:adam"}, 3, Convention::keras);
  });
  Trainer trainer(config, source);
  const Parameters before = trainer.parameters();
  trainer.run({}, never);
  for (std::size_t l = 0; l < 3; ++l) {
    const auto old = before.weight(l);
    const bool same =
        std::equal(old.data(), old.data() + old.rows() * old.columns(), trainer.parameters().weight(l).data());
    CHECK(same == (l == 1));
    CHECK(std::ranges::equal(before.bias(l), trainer.parameters().bias(l)) == (l == 1));
  }
}

TEST_CASE("max_steps ends a run in the middle of an epoch, with its metrics", "[train]") {
  const DataSource source = small_source();
  const Run limited = run(changed([](TrainConfig& c) { c.max_steps = 13; }), source);
  CHECK(limited.heard.order ==
        "rsssssssssse"
        "ssse"
        "f");
  CHECK(limited.result.status == RunStatus::completed);
  CHECK(limited.result.steps == 13);
  CHECK(limited.result.val_loss);
  CHECK(limited.result.test_loss);
  const Run longer = run(small_config(), source);
  for (std::size_t i = 0; i < 13; ++i) {
    CHECK(limited.heard.steps[i].loss == longer.heard.steps[i].loss);
  }
}

TEST_CASE("max_steps at an epoch's end starts no further epoch; beyond all epochs it changes nothing", "[train]") {
  const DataSource source = small_source();
  const Run two = run(changed([](TrainConfig& c) { c.max_steps = 20; }), source);
  CHECK(two.heard.order ==
        "rsssssssssse"
        "sssssssssse"
        "f");
  CHECK(two.result.epochs == 2);
  CHECK(two.result.weights_hash == run_alone(changed([](TrainConfig& c) { c.epochs = 2; }), source).weights_hash);
  const Run all = run(changed([](TrainConfig& c) { c.max_steps = 1000; }), source);
  CHECK(all.result.steps == 30);
  CHECK(all.result.weights_hash == run_alone(small_config(), source).weights_hash);
}

TEST_CASE("no steps at all leave the initial weights, evaluated", "[train]") {
  const DataSource source = small_source();
  const TrainConfig none = changed([](TrainConfig& c) { c.max_steps = 0; });
  const Run r = run(none, source);
  CHECK(r.heard.order == "rf");
  CHECK(r.result.status == RunStatus::completed);
  CHECK(r.result.steps == 0);
  CHECK(r.result.epochs == 0);
  CHECK_FALSE(r.result.train_loss);
  CHECK_FALSE(r.result.val_loss);
  CHECK(r.result.test_loss);
  CHECK(r.result.weights_hash == weights_hash(Trainer(none, source).parameters()));
}

TEST_CASE("max_seconds ends a run that would not end, and its steps reproduce it", "[train]") {
  const DataSource source = small_source();
  TrainConfig config = changed([](TrainConfig& c) {
    c.epochs = std::numeric_limits<std::uint32_t>::max();
    c.max_seconds = 0.05;
  });
  const Run timed = run(config, source);
  CHECK(timed.result.status == RunStatus::completed);
  CHECK(timed.result.seconds >= 0.05);
  CHECK(timed.result.test_loss);
  CHECK(timed.heard.order.ends_with("f"));

  config.max_seconds.reset();
  config.max_steps = timed.result.steps;
  CHECK(run_alone(config, source).weights_hash == timed.result.weights_hash);

  const Run tiny = run(changed([](TrainConfig& c) { c.max_seconds = 1e-9; }), source);
  CHECK(tiny.result.status == RunStatus::completed);
  CHECK(tiny.result.steps <= 1);
}

TEST_CASE("a stop request ends the run after the step at hand", "[train]") {
  const DataSource source = small_source();
  for (const std::size_t after : {1U, 10U, 14U}) {
    CAPTURE(after);
    const Run r = run_until(after, small_config(), source);
    CHECK(r.result.status == RunStatus::interrupted);
    CHECK(r.result.steps == after);
    CHECK(r.heard.steps.size() == after);
    CHECK(r.heard.epochs.size() == (after - 1) / 10);
    CHECK(r.heard.order.ends_with("sf"));
    CHECK(r.result.epochs == (after - 1) / 10);
    CHECK(r.result.train_loss == r.heard.steps.back().mean_loss);
    CHECK(r.result.val_loss.has_value() == (after > 10));
    CHECK(r.result.val_epoch == (after > 10 ? std::optional(1U) : std::nullopt));  // older than the weights
    CHECK_FALSE(r.result.test_loss);
    CHECK(r.result.weights_hash ==
          run_alone(changed([&](TrainConfig& c) { c.max_steps = after; }), source).weights_hash);
  }
}

TEST_CASE("a stop during a validation leaves the epoch as it was after its last step", "[train]") {
  const DataSource source = small_source();
  const TrainConfig config = small_config();
  const RunResult whole = run_alone(config, source);
  Recorder heard;
  Trainer trainer(config, source);
  std::optional<RunSnapshot> kept;
  trainer.set_checkpoints([&](RunMoment moment) {
    if (moment == RunMoment::end) {
      kept = trainer.snapshot();
    }
  });
  // Asked after each of the epoch's ten steps; then the evaluation asks.
  std::atomic<int> asked{0};
  Observer* const observers[] = {&heard};
  const RunResult stopped = trainer.run(observers, [&] { return ++asked > 10; });
  CHECK(stopped.status == RunStatus::interrupted);
  CHECK(stopped.steps == 10);
  CHECK(stopped.epochs == 0);
  CHECK_FALSE(stopped.val_loss);
  CHECK(heard.order == "rssssssssssf");
  REQUIRE(kept);
  Trainer later(config, source);
  later.resume(std::move(*kept));
  const RunResult resumed = later.run({}, never);
  CHECK(resumed.weights_hash == whole.weights_hash);
  CHECK(resumed.val_loss == whole.val_loss);
  CHECK_FALSE(resumed.val_epoch);
  CHECK(resumed.best_value == whole.best_value);
}

TEST_CASE("a stop during the last evaluation is an interruption of a run that has all of its steps", "[train]") {
  const DataSource source = small_source();
  const RunResult whole = run_alone(small_config(), source);
  std::atomic<int> epochs{0};
  struct Counter final : Observer {
    explicit Counter(std::atomic<int>& all) : count(all) {}
    void on_epoch(const EpochInfo&) override { ++count; }
    std::atomic<int>& count;
  };
  Counter counter(epochs);
  Observer* const observers[] = {&counter};
  const RunResult stopped = Trainer(small_config(), source).run(observers, [&] { return epochs == 3; });
  CHECK(stopped.status == RunStatus::interrupted);
  CHECK(stopped.steps == whole.steps);
  CHECK(stopped.epochs == 3);
  CHECK(stopped.val_loss == whole.val_loss);
  CHECK_FALSE(stopped.val_epoch);
  CHECK_FALSE(stopped.test_loss);
  CHECK(stopped.weights_hash == whole.weights_hash);
}

TEST_CASE("a divergence is told by step, layer and rates", "[train]") {
  const DataSource source = small_source();
  for (const EngineKind engine : {EngineKind::onednn, EngineKind::automatic}) {
    // One step makes weights of about 1e25 in the last two layers; only their product is too large.
    const Run r = run(changed([&](TrainConfig& c) {
                        c.engine = engine;
                        c.activation = {kernels::ActivationKind::linear, 0};
                        c.groups = lower_upper_groups(3, 2, optimizer("freeze"), optimizer("sgd,lr=1e25"));
                      }),
                      source);
    CHECK(r.result.status == RunStatus::diverged);
    REQUIRE(r.result.divergence);
    const Divergence& divergence = *r.result.divergence;
    CHECK(divergence.in == Divergence::In::training);
    CHECK(divergence.step == 2);
    CHECK(divergence.epoch == 1);
    CHECK(divergence.layer == std::size_t{2});
    CHECK_FALSE(divergence.in_weights);
    REQUIRE(divergence.learning_rates.size() == 2);
    CHECK(divergence.learning_rates[1] == LearningRates::value_type{"upper", 1e25});
    CHECK(divergence_place(divergence) == "the loss is not finite at step 2, first the activations of layers.2");
  }
}

TEST_CASE("weights that the last step makes infinite are told by their layer", "[train]") {
  const DataSource source = small_source();
  for (const double validation : {0.0, 0.2}) {
    const Run r =
        run(changed([&](TrainConfig& c) {
              c.max_steps = 1;
              c.validation_split = validation;
              c.groups = lower_upper_groups(3, 1, optimizer("sgd,lr=0.01"), optimizer("sgd,lr=3e38,weight_decay=100"));
            }),
            source);
    CHECK(r.result.status == RunStatus::diverged);
    REQUIRE(r.result.divergence);
    const Divergence& divergence = *r.result.divergence;
    CHECK(divergence.in == (validation > 0 ? Divergence::In::validation : Divergence::In::weights));
    CHECK(divergence.step == 1);
    CHECK(divergence.in_weights);
    CHECK(divergence.layer == std::size_t{2});
  }
}

TEST_CASE("an evaluation that is not finite is told by the layer, by both engines", "[train]") {
  DataSource source = small_source();
  for (const EngineKind engine : {EngineKind::onednn, EngineKind::automatic}) {
    // Weights that are finite after the step; their product is not.
    const Run r = run(changed([&](TrainConfig& c) {
                        c.engine = engine;
                        c.max_steps = 1;
                        c.activation = {kernels::ActivationKind::linear, 0};
                        c.groups = lower_upper_groups(3, 2, optimizer("freeze"), optimizer("sgd,lr=1e25"));
                      }),
                      source);
    REQUIRE(r.result.divergence);
    CHECK(r.result.divergence->in == Divergence::In::validation);
    CHECK(r.result.divergence->layer == std::size_t{2});
    CHECK_FALSE(r.result.divergence->in_weights);
  }
}

TEST_CASE("a loss that is not finite ends the run at that step", "[train]") {
  const DataSource source = small_source();
  const TrainConfig config = changed([](TrainConfig& c) {
    c.activation = {kernels::ActivationKind::linear, 0};
    c.groups = lower_upper_groups(3, 3, optimizer("sgd"), optimizer("sgd,lr=1e9"));
  });
  const Run r = run(config, source);
  CHECK(r.result.status == RunStatus::diverged);
  REQUIRE(r.heard.steps.size() > 1);
  CHECK(r.result.steps == r.heard.steps.size());
  for (const StepInfo& step : r.heard.steps) {
    CHECK(std::isfinite(step.loss) == (step.global_step < r.result.steps));
  }
  CHECK(r.result.steps < 10);
  CHECK(r.heard.epochs.empty());
  CHECK(r.result.epochs == 0);
  CHECK(r.heard.order.ends_with("sf"));
  CHECK_FALSE(std::isfinite(r.result.train_loss.value()));
  CHECK_FALSE(r.result.val_loss);
  CHECK_FALSE(r.result.test_loss);
  CHECK(r.result.weights_hash.size() == 16);
}

TEST_CASE("without validation rows there are no validation metrics", "[train]") {
  const DataSource source = small_source();
  const Run r = run(changed([](TrainConfig& c) { c.validation_split = 0; }), source);
  CHECK(r.heard.train_rows == 203);
  CHECK(r.heard.validation_rows == 0);
  CHECK(r.heard.steps_per_epoch == 12);
  for (const EpochInfo& epoch : r.heard.epochs) {
    CHECK_FALSE(epoch.val_loss);
    CHECK(epoch.val_figures.empty());
  }
  CHECK_FALSE(r.result.val_loss);
  CHECK(r.result.test_loss);
}

TEST_CASE("without test rows there are no test metrics", "[train]") {
  DataSource source = small_source();
  source.test = small_dataset(0, 9, 3, 2);
  const Run r = run(small_config(), source);
  CHECK(r.result.status == RunStatus::completed);
  CHECK_FALSE(r.result.test_loss);
  CHECK(r.result.test_figures.empty());
}

TEST_CASE("a batch larger than the data is one step an epoch", "[train]") {
  const DataSource source = small_source();
  TrainConfig config = changed([](TrainConfig& c) { c.batch_size = 1000; });
  const Recorder random = run(config, source).heard;
  CHECK(random.order == "rsesesef");
  CHECK(random.steps[0].rows == 1000);
  config.sampling = SamplingKind::sequential;
  CHECK(run(config, source).heard.steps[0].rows == 162);
}

TEST_CASE("final validation and test metrics are an evaluation of the final weights", "[train]") {
  const DataSource source = small_source();
  const TrainConfig config = small_config();
  Trainer trainer(config, source);
  const RunResult result = trainer.run({}, never);
  const auto engine =
      make_engine(config.engine, {trainer.model(), config.groups, trainer.scaler(), {16}, config.threads});
  engine->import_parameters(trainer.parameters());

  const LossSums test = engine->evaluate(source.test.view(), all_rows(51));
  CHECK(result.test_loss == test.loss / 51);
  CHECK(result.test_figures.at(0).value == test.figure / 51);
  const Split split = split_rows(config.split, source.train.labels, config.validation_split, config.seed);
  const LossSums validation = engine->evaluate(source.train.view(), split.validation);
  CHECK(result.val_loss == validation.loss / 41);
  CHECK(result.val_figures.at(0).value == validation.figure / 41);
}

TEST_CASE("the first step's batch is the sampler's, its loss that of the initial weights", "[train]") {
  const DataSource source = small_source();
  const TrainConfig config = small_config();
  const Trainer trainer(config, source);
  const auto engine =
      make_engine(config.engine, {trainer.model(), config.groups, trainer.scaler(), {16}, config.threads});
  engine->import_parameters(trainer.parameters());
  const Split split = split_rows(config.split, source.train.labels, config.validation_split, config.seed);
  Sampler sampler(config.sampling, split.train, config.batch_size, config.seed);
  const LossSums sums = engine->evaluate(source.train.view(), sampler.batch(1, 1));
  CHECK(run(config, source).heard.steps[0].loss == Approx(sums.loss / 16).epsilon(1e-6));
}

TEST_CASE("a run is the engine's steps on the sampler's batches, updates counted through all epochs", "[train]") {
  const DataSource source = small_source();
  const TrainConfig config = small_config();
  const Trainer initial(config, source);
  const Split split = split_rows(config.split, source.train.labels, config.validation_split, config.seed);
  Sampler sampler(config.sampling, split.train, config.batch_size, config.seed);
  const auto engine =
      make_engine(config.engine, {initial.model(), config.groups, initial.scaler(), {16}, config.threads});
  engine->import_parameters(initial.parameters());
  std::uint64_t t = 0;
  for (std::uint32_t epoch = 1; epoch <= config.epochs; ++epoch) {
    for (std::size_t step = 1; step <= sampler.steps_per_epoch(); ++step) {
      engine->train_step({source.train.view(), sampler.batch(epoch, step), {}}, updates_at(config.groups, ++t));
    }
  }
  Parameters trained = initial.parameters();
  engine->export_parameters(trained);
  CHECK(run_alone(config, source).weights_hash == weights_hash(trained));
}

TEST_CASE("nothing to train is an error", "[train]") {
  const DataSource source = small_source();
  const auto message = [&](const TrainConfig& config) { return thrown([&] { Trainer trainer(config, source); }); };
  CHECK(missing(message(changed([](TrainConfig& c) {
                  c.groups = lower_upper_groups(3, 1, optimizer("freeze"), optimizer("freeze"));
                })),
                {"usage: every layer is frozen"}) == "");
  CHECK(missing(message(changed([](TrainConfig& c) { c.validation_split = 0.9999; })),
                {"usage: --validation-split 0.9999"}) == "");
}

TEST_CASE("an observer's exception ends the run", "[train]") {
  struct Thrower final : Observer {
    void on_step(const StepInfo& info) override {
      if (info.global_step == 3) {
        throw failed_error("the disk is full");
      }
    }
  };
  const DataSource source = small_source();
  Thrower thrower;
  Recorder recorder;
  Observer* const observers[] = {&recorder, &thrower};
  Trainer trainer(small_config(), source);
  CHECK(thrown([&] { trainer.run(observers, never); }) == "failed: the disk is full");
  CHECK(recorder.order == "rsss");
}

}  // namespace train_trainer_test
