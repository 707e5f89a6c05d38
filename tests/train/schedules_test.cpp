// Learning rates in the course of a run, and how far the updates move the weights.
#include "train/schedules.h"

#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "tests/catch.h"
#include "tests/core/thrown.h"
#include "tests/train/recorder.h"
#include "tests/train/small_source.h"

namespace train_schedules_test {

using namespace strata;
using namespace strata::test;

namespace {

OptimizerSpec optimizer(std::string_view text) { return parse_optimizer(text, Convention::keras, "--lower"); }

TrainConfig scheduled(std::string_view lower, std::string_view upper) {
  TrainConfig config = small_config();
  config.groups = lower_upper_groups(3, 1, optimizer(lower), optimizer(upper));
  return config;
}

/// 203 rows, 162 of them for training: 10 steps an epoch, 3 epochs.
std::string refusal(const TrainConfig& config) {
  return thrown([&] { Trainer trainer(config, small_source()); });
}

double norm(std::span<const float> values) {
  double sum = 0;
  for (const float v : values) {
    sum += static_cast<double>(v) * static_cast<double>(v);
  }
  return std::sqrt(sum);
}

}  // namespace

TEST_CASE("each group's rate at each step is its schedule's, the horizon that of the run", "[train]") {
  const DataSource source = small_source();
  TrainConfig config =
      scheduled("sgd,lr=0.05,schedule=linear,warmup_steps=5", "adam,lr=0.01,schedule=step,step_size=4,factor=0.5");
  for (const std::optional<std::uint64_t> max_steps : {std::optional<std::uint64_t>(), {13U}, {1000U}}) {
    config.max_steps = max_steps;
    const Run r = run(config, source);
    const std::uint64_t steps = max_steps == 13U ? 13 : 30;
    REQUIRE(r.heard.rates.size() == steps);
    CHECK(horizon(config, 10) == steps);
    for (std::uint64_t t = 1; t <= steps; ++t) {
      const auto& rates = r.heard.rates[t - 1];
      REQUIRE(rates.size() == 2);
      CHECK(rates[0] == ScheduledRate(config.groups[0].optimizer.schedule, 0.05, steps).at(t));
      CHECK(rates[1] == 0.01 * std::pow(0.5, (t - 1) / 4));
    }
    for (const EpochInfo& epoch : r.heard.epochs) {
      CHECK(epoch.learning_rates[0].second == r.heard.rates[epoch.global_step - 1][0]);
      CHECK(epoch.learning_rates[1].second == r.heard.rates[epoch.global_step - 1][1]);
    }
  }
}

TEST_CASE("the updates take the scheduled rates", "[train]") {
  const DataSource source = small_source();
  const TrainConfig config = scheduled("sgd,lr=0.05,schedule=cosine", "adam,lr=0.01,schedule=one_cycle");
  const Trainer initial(config, source);
  const Split split = split_rows(config.split, source.train.labels, config.validation_split, config.seed);
  Sampler sampler(config.sampling, split.train, config.batch_size, config.seed);
  const auto engine =
      make_engine(config.engine, {initial.model(), config.groups, initial.scaler(), {16}, config.threads});
  engine->import_parameters(initial.parameters());
  std::uint64_t t = 0;
  for (std::uint32_t epoch = 1; epoch <= config.epochs; ++epoch) {
    for (std::size_t step = 1; step <= sampler.steps_per_epoch(); ++step) {
      ++t;
      std::vector<kernels::OptimizerUpdate> updates;
      for (const ParameterGroup& group : config.groups) {
        const OptimizerSpec& spec = group.optimizer;
        const double lr = ScheduledRate(spec.schedule, spec.value("lr"), 30).at(t);
        updates.push_back(spec.updates(config.convention)(t, lr));
      }
      engine->train_step({source.train.view(), sampler.batch(epoch, step), {}}, updates);
    }
  }
  Parameters trained = initial.parameters();
  engine->export_parameters(trained);
  CHECK(run(config, source).result.weights_hash == weights_hash(trained));
}

TEST_CASE("a plateau cuts the rate of the epochs after it", "[train]") {
  const DataSource source = small_source();
  TrainConfig config = scheduled("sgd,lr=0.05", "adam,lr=0.01,schedule=plateau,patience=1,min_delta=1000,factor=0.5");
  config.epochs = 4;
  const Run r = run(config, source);
  for (std::size_t e = 0; e < 4; ++e) {
    for (std::size_t step = 0; step < 10; ++step) {
      CHECK(r.heard.rates[10 * e + step][0] == 0.05);
      CHECK(r.heard.rates[10 * e + step][1] == (e < 2 ? 0.01 : e == 2 ? 0.005 : 0.0025));
    }
  }
}

TEST_CASE("a plateau follows the figure that it names, beside the run's own monitor", "[train]") {
  TrainConfig config = scheduled("sgd,lr=0.05",
                                 "adam,lr=0.01,schedule=plateau,patience=1,min_delta=2,factor=0.5,"
                                 "monitor=val_macro_f1");
  config.epochs = 3;
  const Run r = run(config, small_source());
  CHECK(r.heard.rates[20][1] == 0.005);
  CHECK(find_figure(r.result.val_figures, "macro_f1"));
  config = scheduled("sgd,lr=0.05", "adam,schedule=plateau,monitor=val_rmse");
  CHECK(missing(refusal(config), {"usage: monitor=val_rmse of upper is no figure of what is learnt", "val_accuracy"}) ==
        "");
}

TEST_CASE("rates changed by whoever runs, by hand and by the key are the same run", "[train]") {
  const DataSource source = small_source();
  struct Case {
    std::string_view keys;
    bool constant;
  };
  for (const Case& each : {Case{"", true}, Case{",schedule=cosine,warmup_steps=4", false},
                           Case{",schedule=plateau,patience=1,min_delta=1000", false}}) {
    for (const bool staged : {false, true}) {
      CAPTURE(each.keys, staged);
      const auto with_key = [&](std::string_view key) {
        TrainConfig config =
            scheduled(fmt::format("sgd,lr=0.05,momentum=0.5{}{}", each.keys, key), "adam,lr=0.01,weight_decay=0.1");
        if (staged) {
          config.clip_norm = 1;
        }
        return config;
      };
      const Run by_key = run(with_key(",lr_from=7:0.007+22:0"), source);
      CHECK(by_key.result.weights_hash != run(with_key(""), source).result.weights_hash);
      if (each.constant) {
        Trainer trainer(with_key(""), source);
        trainer.set_rates([](std::uint64_t t, LearningRates& rates) {
          rates[0].second = t < 7 ? rates[0].second : t < 22 ? 0.007 : 0;
        });
        CHECK(trainer.run({}, never).weights_hash == by_key.result.weights_hash);
      }
      Recorder heard;
      Observer* const observers[] = {&heard};
      Trainer trainer(with_key(""), source);
      trainer.begin(observers, never);
      trainer.advance(6);
      trainer.change_rate(0, {7, 0.007});
      CHECK(trainer.next_rates()[0].second == by_key.heard.rates[6][0]);
      std::optional<RunSnapshot> snapshot;
      while (trainer.advance(1)) {
        if (trainer.state().global_step == 13) {
          snapshot.emplace(trainer.snapshot());
        }
        if (trainer.state().global_step == 21) {
          trainer.change_rate(0, {22, 0});
        }
      }
      CHECK(trainer.finish().weights_hash == by_key.result.weights_hash);
      CHECK(heard.rates == by_key.heard.rates);
      Trainer resumed(with_key(",lr_from=7:0.007+22:0"), source);
      resumed.resume(std::move(snapshot.value()));
      CHECK(resumed.run({}, never).weights_hash == by_key.result.weights_hash);
    }
  }
}

TEST_CASE("a frozen group's rate is 0", "[train]") {
  const Run r = run(scheduled("freeze", "adam,schedule=linear"), small_source());
  CHECK(r.heard.rates.back()[0] == 0);
}

TEST_CASE("a schedule that the run cannot follow is refused", "[train]") {
  TrainConfig config = scheduled("sgd,schedule=plateau", "adam");
  CHECK(refusal(config) == "nothing thrown");
  config.validation_split = 0;
  CHECK(missing(refusal(config), {"usage: schedule=plateau of lower follows the validation loss, but no rows"}) == "");

  for (const std::string_view name : {"exponential", "cosine", "linear", "polynomial", "one_cycle"}) {
    CAPTURE(name);
    config = scheduled("sgd", fmt::format("adam,schedule={}", name));
    config.max_seconds = 10;
    CHECK(missing(refusal(config), {fmt::format("usage: schedule={} of upper", name), "give it decay_steps"}) == "");
    config.max_steps = 20;  // time may end it all the same
    CHECK(missing(refusal(config), {"give it decay_steps"}) == "");
    config = scheduled("sgd", fmt::format("adam,schedule={},decay_steps=20", name));
    config.max_seconds = 10;
    CHECK(refusal(config) == "nothing thrown");
  }
  for (const std::string_view name : {"step", "plateau", "constant"}) {
    config = scheduled("sgd", fmt::format("adam,warmup_steps=20,schedule={}", name));
    config.max_seconds = 10;
    CHECK(refusal(config) == "nothing thrown");
  }

  CHECK(refusal(scheduled("sgd", "adam,schedule=step,warmup_steps=29")) == "nothing thrown");
  CHECK(missing(refusal(scheduled("sgd", "adam,schedule=step,warmup_steps=30")),
                {"usage: warmup_steps=30 of upper outlasts the run, which has 30 steps"}) == "");
  CHECK(missing(refusal(scheduled("sgd,schedule=one_cycle,warmup_steps=31", "adam")), {"of lower outlasts"}) == "");
  config = scheduled("sgd", "adam,schedule=cosine,warmup_steps=20");
  config.max_steps = 20;
  CHECK(missing(refusal(config), {"outlasts the run, which has 20 steps"}) == "");
  config = scheduled("sgd", "adam,schedule=cosine,warmup_steps=20,decay_steps=10");
  config.max_steps = 20;
  CHECK(refusal(config) == "nothing thrown");
  CHECK(refusal(scheduled("sgd,warmup_steps=1000", "adam")) == "nothing thrown");  // a slow start is all there is
}

TEST_CASE("update ratios are the last step's, of each layer's weights", "[train]") {
  const DataSource source = small_source();
  TrainConfig config = scheduled("sgd,lr=0.05", "adam,lr=0.01");
  config.epochs = 2;
  Recorder asking;
  asking.update_ratios = true;
  Recorder other;
  Observer* const observers[] = {&other, &asking};
  const RunResult result = Trainer(config, source).run(observers, never);
  CHECK(run(config, source).result.weights_hash == result.weights_hash);
  REQUIRE(asking.epochs.size() == 2);
  for (const EpochInfo& epoch : asking.epochs) {
    const auto after_steps = [&](std::uint64_t steps) {
      TrainConfig limited = config;
      limited.max_steps = steps;
      Trainer trainer(limited, source);
      trainer.run({}, never);
      return trainer.parameters();
    };
    const Parameters before = after_steps(epoch.global_step - 1);
    const Parameters after = after_steps(epoch.global_step);
    CHECK(epoch.update_ratios == update_ratios(before, after));
    REQUIRE(epoch.update_ratios.size() == 3);
    for (const double ratio : epoch.update_ratios) {
      CHECK((ratio > 0 && ratio < 1));
    }
  }
  // Nobody asks.
  CHECK(run(config, source).heard.epochs[0].update_ratios.empty());
  // The last step of an epoch that max_steps ends is known beforehand, too; one that time ends is not.
  config.max_steps = 13;
  Recorder limited;
  limited.update_ratios = true;
  Observer* const one[] = {&limited};
  Trainer(config, source).run(one, never);
  REQUIRE(limited.epochs.size() == 2);
  CHECK(limited.epochs[1].update_ratios.size() == 3);
}

TEST_CASE("an update ratio is the norm of the change over that of the weights, biases left out", "[train]") {
  Parameters before(ModelSpec{3, {2}, 2, {}}.layers());
  std::ranges::copy(std::vector<float>{3, 0, 0, 0, 4, 0}, before.weight(0).data());
  std::ranges::copy(std::vector<float>{1, 2, 3, 4}, before.weight(1).data());
  Parameters after = before;
  after.weight(0)(0, 0) = 4;
  after.weight(1)(1, 1) = 4.5F;
  after.bias(0)[0] = 100;
  const auto ratios = update_ratios(before, after);
  REQUIRE(ratios.size() == 2);
  CHECK(ratios[0] == 1.0 / 5);
  CHECK(ratios[1] == Approx(0.5 / norm({before.weight(1).data(), 4})).epsilon(1e-15));
  CHECK(update_ratios(before, before) == std::vector<double>{0, 0});
  const Parameters zero(before.layers());
  CHECK_FALSE(std::isfinite(update_ratios(zero, after)[0]));
}

}  // namespace train_schedules_test
