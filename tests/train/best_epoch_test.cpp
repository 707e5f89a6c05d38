// Early stopping, the best epoch and its weights.
#include <algorithm>
#include <limits>
#include <string>

#include "tests/catch.h"
#include "tests/core/thrown.h"
#include "tests/train/recorder.h"
#include "tests/train/small_source.h"
#include "train/monitor.h"

namespace train_best_epoch_test {

using namespace strata;
using namespace strata::test;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Validation figures(double loss, double accuracy) { return {loss, {{"accuracy", accuracy}}}; }

Validation with_auc(double loss, double auc) { return {loss, {{"accuracy", 0.9}, {"auc", auc}}}; }

/// A configuration that gets worse now and then: steps are too large.
TrainConfig restless_config() {
  TrainConfig config = small_config();
  config.groups = lower_upper_groups(3, 3, parse_optimizer("sgd", Convention::keras, "--lower"),
                                     parse_optimizer("adam,lr=0.05", Convention::keras, "--upper"));
  config.epochs = 40;
  return config;
}

/// The epochs' monitored figures.
std::vector<double> figures_of(const Recorder& heard, Monitor monitor) {
  std::vector<double> all;
  for (const EpochInfo& epoch : heard.epochs) {
    all.push_back(Validation{epoch.val_loss.value(), epoch.val_figures}.value(monitor));
  }
  return all;
}

/// The first of the best, from 1.
std::uint32_t best_of(const std::vector<double>& values, bool higher) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (higher ? values[i] > values[best] : values[i] < values[best]) {
      best = i;
    }
  }
  return static_cast<std::uint32_t>(best + 1);
}

}  // namespace

TEST_CASE("each monitor knows its direction; the first of equals is the best", "[train]") {
  BestEpoch by_loss;
  CHECK(by_loss.observe(Monitor{}, 1, figures(0.5, 0.9)));
  CHECK_FALSE(by_loss.observe(Monitor{}, 2, figures(0.5, 0.95)));
  CHECK(by_loss.observe(Monitor{}, 3, figures(0.4, 0.8)));
  CHECK(by_loss.epoch == 3);
  CHECK_FALSE(by_loss.observe(Monitor{}, 4, figures(kNan, 0.1)));
  CHECK_FALSE(by_loss.observe(Monitor{}, 5, figures(0.41, 1)));
  CHECK(by_loss.waited == 2);
  CHECK(by_loss.validation.figures == figures(0.4, 0.8).figures);

  BestEpoch by_accuracy;
  CHECK(by_accuracy.observe(Monitor{"accuracy"}, 1, figures(0.5, 0.9)));
  CHECK(by_accuracy.observe(Monitor{"accuracy"}, 2, figures(0.6, 0.91)));
  CHECK_FALSE(by_accuracy.observe(Monitor{"accuracy"}, 3, figures(0.4, 0.91)));
  CHECK(by_accuracy.epoch == 2);

  BestEpoch by_auc;
  CHECK_FALSE(by_auc.observe(Monitor{"auc"}, 1, figures(0.5, 0.9)));  // not computed
  CHECK(by_auc.epoch == 0);
  CHECK(by_auc.observe(Monitor{"auc"}, 2, with_auc(0.5, 0.7)));
  CHECK(by_auc.observe(Monitor{"auc"}, 3, with_auc(0.5, 0.8)));
  CHECK_FALSE(by_auc.observe(Monitor{"auc"}, 4, with_auc(0.4, 0.75)));
}

TEST_CASE("a run tells its best epoch by each monitor", "[train]") {
  const DataSource source = small_source();
  const auto of_classes = figures(Objective{}, {TargetKind::classes, source.classes});
  for (const MonitorEntry& entry : kMonitors) {
    if (!entry.value.figure.empty() && entry.value.figure != "loss" &&
        std::ranges::find(of_classes, entry.value.figure) == of_classes.end()) {
      continue;  // of labels or numbers
    }
    CAPTURE(entry.name);
    TrainConfig config = restless_config();
    config.monitor = entry.value;
    config.epochs = 6;
    const Run r = run(config, source);
    const auto values = figures_of(r.heard, entry.value);
    for (std::size_t e = 0; e < values.size(); ++e) {
      CHECK(r.heard.epochs[e].best_epoch ==
            best_of({values.data(), values.data() + e + 1}, higher_is_better(entry.value)));
      const FigureList& figures = r.heard.epochs[e].val_figures;
      CHECK(figures.front().name == "accuracy");
      CHECK(figures.size() == (find_figure(figures, entry.value.figure) && entry.value.figure != "accuracy" ? 2U : 1U));
    }
    REQUIRE(r.result.best_epoch == best_of(values, higher_is_better(entry.value)));
    CHECK(r.result.best_value == values[*r.result.best_epoch - 1]);
    CHECK(r.result.monitor == entry.value);
    CHECK_FALSE(r.result.stopped_early);
    CHECK_FALSE(r.result.restored_best);
    // To watch changes nothing.
    config.monitor = Monitor{};
    CHECK(run(config, source).result.weights_hash == r.result.weights_hash);
  }
}

TEST_CASE("early stopping ends a run after patience epochs without a better one", "[train]") {
  const DataSource source = small_source();
  const Run whole = run(restless_config(), source);
  const auto losses = figures_of(whole.heard, Monitor{});
  for (const std::uint32_t patience : {1U, 2U, 3U}) {
    CAPTURE(patience);
    TrainConfig config = restless_config();
    config.early_stopping = patience;
    std::uint32_t expected = 0;
    for (std::uint32_t e = 1, waited = 0; e <= 40 && expected == 0; ++e) {
      waited = best_of({losses.begin(), losses.begin() + e}, false) == e ? 0 : waited + 1;
      expected = waited == patience ? e : 0;
    }
    REQUIRE(expected > 0);
    REQUIRE(expected < 40);
    const Run r = run(config, source);
    CHECK(r.result.status == RunStatus::completed);
    CHECK(r.result.stopped_early);
    CHECK(r.result.epochs == expected);
    CHECK(r.result.best_epoch == expected - patience);
    CHECK(r.result.test_loss);
    CHECK(r.result.val_loss == losses[expected - 1]);
    CHECK_FALSE(r.result.restored_best);
    config.early_stopping.reset();
    config.epochs = expected;
    CHECK(run(config, source).result.weights_hash == r.result.weights_hash);
    // Nothing is left to be stopped after the last epoch.
    config.early_stopping = patience;
    CHECK_FALSE(run(config, source).result.stopped_early);
  }
}

TEST_CASE("restored weights are those of a run of as many epochs: tested, hashed, and the trainer's", "[train]") {
  const DataSource source = small_source();
  for (const bool stopping : {false, true}) {
    CAPTURE(stopping);
    TrainConfig config = restless_config();
    config.epochs = 12;
    config.restore_best = true;
    if (stopping) {
      config.early_stopping = 2;
    }
    Trainer trainer(config, source);
    const RunResult result = trainer.run({}, never);
    REQUIRE(result.best_epoch.value() < result.epochs);
    CHECK(result.restored_best);
    CHECK(weights_hash(trainer.parameters()) == result.weights_hash);
    CHECK(trainer.steps_of_parameters() == *result.best_epoch * trainer.steps_per_epoch());

    TrainConfig shorter = restless_config();
    shorter.epochs = *result.best_epoch;
    const RunResult best = run(shorter, source).result;
    CHECK(best.weights_hash == result.weights_hash);
    CHECK(best.test_loss == result.test_loss);
    CHECK(best.test_figures == result.test_figures);
    CHECK(best.val_loss == result.val_loss);
    CHECK(best.val_figures == result.val_figures);
    CHECK(result.best_value == result.val_loss);
  }
}

TEST_CASE("the best epoch's weights survive an interruption, a divergence and an observer that throws", "[train]") {
  const DataSource source = small_source();
  TrainConfig config = restless_config();
  config.restore_best = true;
  config.epochs = 5;
  const RunResult whole = run(config, source).result;
  config.epochs = 40;
  const RunResult stopped = run_until(53, config, source).result;
  CHECK(stopped.status == RunStatus::interrupted);
  CHECK(stopped.restored_best);
  CHECK(stopped.weights_hash == whole.weights_hash);
  CHECK(stopped.val_loss == whole.val_loss);
  CHECK_FALSE(stopped.val_epoch);

  struct Thrower final : Observer {
    void on_step(const StepInfo& info) override {
      if (info.global_step == 53) {
        throw failed_error("the disk is full");
      }
    }
  };
  Thrower thrower;
  Observer* const observers[] = {&thrower};
  Trainer trainer(config, source);
  CHECK(thrown([&] { trainer.run(observers, never); }) == "failed: the disk is full");
  CHECK(weights_hash(trainer.parameters()) == whole.weights_hash);
}

TEST_CASE("a run that diverges after an epoch ends with the best epoch's weights, and is diverged", "[train]") {
  DataSource source = small_source();
  for (std::uint32_t i = 0; i < source.train.labels.size(); ++i) {
    source.train.labels[i] = (i / 3) % 3;  // which cannot be learnt, so that gradients stay
  }
  TrainConfig config = small_config();
  config.activation = {kernels::ActivationKind::linear, 0};
  config.restore_best = true;
  config.epochs = 40;
  RunResult result;
  // A rate that rises until it is too large; how large that is, is tried out.
  for (int lr = 1; lr <= 4096 && !(result.status == RunStatus::diverged && result.best_epoch); lr *= 2) {
    config.groups = parse_groups({fmt::format("0-2:sgd,lr={},warmup_steps=400", lr)}, 3, Convention::keras);
    result = run(config, source).result;
  }
  REQUIRE(result.status == RunStatus::diverged);
  REQUIRE(result.best_epoch);
  CHECK(result.restored_best);
  CHECK_FALSE(result.test_loss);
  config.epochs = *result.best_epoch;
  CHECK(run(config, source).result.weights_hash == result.weights_hash);
}

TEST_CASE("an epoch cut short by max_steps counts as an epoch", "[train]") {
  const DataSource source = small_source();
  TrainConfig config = small_config();
  config.restore_best = true;
  config.max_steps = 13;
  const Run r = run(config, source);
  REQUIRE(r.heard.epochs.size() == 2);
  const bool second = *r.heard.epochs[1].val_loss < *r.heard.epochs[0].val_loss;
  CHECK(r.result.best_epoch == (second ? 2U : 1U));
}

TEST_CASE("no step leaves nothing to restore", "[train]") {
  const DataSource source = small_source();
  TrainConfig config = small_config();
  config.restore_best = true;
  config.max_steps = 0;
  const RunResult result = run(config, source).result;
  CHECK_FALSE(result.restored_best);
  CHECK_FALSE(result.best_epoch);
  CHECK(result.test_loss);
}

TEST_CASE("what compares epochs needs validation rows, and val_auc two classes among them", "[train]") {
  DataSource source = small_source();
  const auto error = [&](auto change) {
    TrainConfig config = small_config();
    config.validation_split = 0;
    change(config);
    return thrown([&] { Trainer trainer(config, source); });
  };
  CHECK(missing(error([](TrainConfig& c) { c.early_stopping = 1; }),
                {"usage: --early-stopping compares epochs by val_loss, but no rows"}) == "");
  CHECK(missing(error([](TrainConfig& c) { c.restore_best = true; }), {"usage: --restore-best"}) == "");
  CHECK(error([](TrainConfig& c) { c.monitor = Monitor{"auc"}; }) == "nothing thrown");
  source.train.labels.assign(source.train.labels.size(), 1);
  CHECK(missing(error([](TrainConfig& c) {
                  c.monitor = Monitor{"auc"};
                  c.validation_split = 0.2;
                }),
                {"usage: --monitor val_auc needs validation rows of at least two classes"}) == "");
  take_targets(source, 2, TargetKind::numbers);
  const auto by_r2 = [](TrainConfig& c) {
    c.monitor = Monitor{"r2"};
    c.validation_split = 0.2;
  };
  CHECK(error(by_r2) == "nothing thrown");
  source.train.target_values.assign(source.train.target_values.size(), 7);
  CHECK(missing(error(by_r2), {"usage: --monitor val_r2 needs validation rows of different targets; all 41 "}) == "");
}

TEST_CASE("early stopping waits for a figure that is better by more than min_delta, after some epochs", "[train]") {
  struct Case {
    double min_delta;
    std::uint32_t start_epoch;
    std::vector<std::uint32_t> waited;  ///< after each epoch: Keras' EarlyStopping.wait, min_delta, start_from_epoch
  };
  const std::vector<double> losses{0.5, 1.0, 0.9, 0.85, 0.84, 0.83, 0.5, kNan, 0.49};
  for (const Case& c : {Case{0, 1, {0, 0, 0, 0, 0, 0, 0, 1, 0}}, Case{0.1, 0, {0, 1, 2, 3, 4, 5, 6, 7, 8}},
                        Case{0.1, 1, {0, 0, 1, 0, 1, 2, 0, 1, 2}}, Case{0.25, 2, {0, 0, 0, 1, 2, 3, 0, 1, 2}}}) {
    CAPTURE(c.min_delta, c.start_epoch);
    const EarlyStopping asked{1, c.min_delta, c.start_epoch};
    Patience patience;
    std::vector<std::uint32_t> waited;
    for (std::uint32_t epoch = 1; epoch <= losses.size(); ++epoch) {
      patience.observe(asked, Monitor{"loss"}, epoch, losses[epoch - 1]);
      waited.push_back(patience.waited);
    }
    CHECK(waited == c.waited);
  }
}

TEST_CASE("a figure of which more is better has to rise by more than min_delta", "[train]") {
  const EarlyStopping asked{1, 0.05, 0};
  const Monitor monitor{"accuracy"};
  Patience patience;
  patience.observe(asked, monitor, 1, 0.5);
  patience.observe(asked, monitor, 2, 0.54);
  CHECK(patience.waited == 1);
  patience.observe(asked, monitor, 3, 0.56);
  CHECK(patience.waited == 0);
  CHECK(patience.reference == 0.56);
}

TEST_CASE("a run with min_delta stops sooner, one with start_epoch later; the best epoch is the best", "[train]") {
  const DataSource source = small_source();
  const auto with = [&](double min_delta, std::uint32_t start_epoch) {
    TrainConfig config = restless_config();
    config.early_stopping = 2;
    config.min_delta = min_delta;
    config.start_epoch = start_epoch;
    return run(config, source);
  };
  const Run strict = with(1e9, 0);
  CHECK(strict.result.stopped_early);
  CHECK(strict.result.epochs == 3);  // the first counts, and two that do not
  CHECK(strict.result.best_epoch == best_of(figures_of(strict.heard, Monitor{"loss"}), false));
  CHECK(with(1e9, 4).result.epochs == 7);
}

}  // namespace train_best_epoch_test
