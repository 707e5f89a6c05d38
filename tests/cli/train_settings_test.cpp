#include "cli/options/option_values.h"
#include "core/error.h"
#include "settings/settings_json.h"
#include "tests/catch.h"

namespace cli_train_settings_test {

using namespace strata;
using namespace strata::cli;

namespace {

TrainSettings settings(const std::vector<std::string>& words) {
  return train_settings(parse_arguments(train_command(), words));
}

}  // namespace

TEST_CASE("the defaults of the options are those of TrainConfig", "[cli]") {
  const TrainConfig config = settings({}).config;
  const TrainConfig expected;
  CHECK(config.validation_split == expected.validation_split);
  CHECK(config.split == expected.split);
  CHECK(config.scaler == expected.scaler);
  CHECK(config.hidden == expected.hidden);
  CHECK(config.init == expected.init);
  CHECK(config.convention == expected.convention);
  CHECK(config.epochs == expected.epochs);
  CHECK(config.batch_size == expected.batch_size);
  CHECK(config.sampling == expected.sampling);
  CHECK(config.seed == expected.seed);
  CHECK_FALSE(config.max_steps);
  CHECK_FALSE(config.max_seconds);
  CHECK(config.monitor == expected.monitor);
  CHECK_FALSE(config.early_stopping);
  CHECK_FALSE(config.restore_best);
  REQUIRE(config.groups.size() == 2);
  CHECK(config.groups[0].optimizer.name() == "sgd");
  CHECK(config.groups[1].optimizer.name() == "adam");
}

TEST_CASE("an activation's parameter follows the convention", "[cli]") {
  CHECK(settings({"--activation", "leaky_relu"}).config.activation.alpha == 0.2F);
  CHECK(settings({"--activation", "leaky_relu", "--convention", "torch"}).config.activation.alpha == 0.01F);
  CHECK(settings({}).config.activation.alpha == 1.0F);
  CHECK(settings({"--activation", "relu"}).config.activation.alpha == 0.0F);
}

TEST_CASE("upper layers shrink with the network unless given", "[cli]") {
  CHECK(settings({"--hidden", "none"}).config.groups.size() == 1);
  CHECK_THROWS_AS(settings({"--hidden", "none", "--upper-layers", "2"}), Error);
  CHECK(settings({"--upper-layers", "all"}).config.groups.front().name == "upper");
  CHECK(settings({"--upper-layers", "0"}).config.groups.front().name == "lower");
}

TEST_CASE("with an optimizer of the lower layers one layer at least is lower", "[cli]") {
  for (const std::string lower : {"sgd,lr=0.1", "freeze"}) {
    const auto groups = settings({"--hidden", "8", "--lower", lower, "--upper", "adam"}).config.groups;
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].name == "lower");
    CHECK(groups[0].last == 0);
    CHECK(groups[1].first == 1);
  }
  CHECK(settings({"--hidden", "8"}).config.groups.size() == 1);
  CHECK(settings({"--hidden", "8,4", "--lower", "sgd"}).config.groups[0].last == 0);
  CHECK_THROWS_AS(settings({"--hidden", "8", "--lower", "sgd", "--upper-layers", "2"}), Error);
  CHECK_THROWS_AS(settings({"--hidden", "none", "--lower", "sgd"}), Error);
}

TEST_CASE("regularisation is off by default, and no line of the configuration", "[cli]") {
  const TrainSettings plain = settings({});
  CHECK(plain.config.dropout.empty());
  CHECK(plain.config.label_smoothing == 0);
  CHECK_FALSE(plain.config.class_weights.balanced);
  CHECK(plain.config.class_weights.given.empty());
  CHECK_FALSE(plain.config.clip_norm);
  CHECK_FALSE(plain.config.clip_value);
  for (const char* key : {"dropout", "label_smoothing", "class_weights", "clip_norm", "clip_value"}) {
    CHECK_FALSE(config_json(plain).contains(key));
  }
}

TEST_CASE("regularisation is what was asked for", "[cli]") {
  CHECK(settings({"--dropout", "0.25"}).config.dropout == std::vector<double>(3, 0.25));
  const TrainSettings asked = settings(
      {"--dropout", "0.5,0.2,0", "--label-smoothing", "0.1", "--class-weights", "1,2,0.5", "--clip-norm", "2"});
  const auto json = config_json(asked);
  CHECK(json["dropout"] == std::vector<double>{0.5, 0.2, 0});
  CHECK(json["label_smoothing"] == 0.1);
  CHECK(json["class_weights"] == std::vector<double>{1, 2, 0.5});
  CHECK(json["clip_norm"] == 2.0);
  CHECK(config_json(settings({"--class-weights", "balanced"}))["class_weights"] == "balanced");
  CHECK(config_json(settings({"--clip-value", "0.5"}))["clip_value"] == 0.5);
}

TEST_CASE("the configuration as JSON gives the same run again", "[cli]") {
  const auto json = config_json(settings({"--hidden", "8,4", "--max-time", "2m", "--seed", "7"}));
  CHECK(json["hidden"] == std::vector<std::size_t>{8, 4});
  CHECK(json["seed"] == 7);
  CHECK(json["upper_layers"] == 2);
  CHECK(json["batch_size"] == 32);
  CHECK(json["max_time"] == "120s");
  CHECK_FALSE(json.contains("early_stopping"));
  const auto best = config_json(settings({"--early-stopping", "3", "--monitor", "val_auc", "--restore-best", "--upper",
                                          "adam,schedule=cosine,warmup_steps=7"}));
  CHECK(best["early_stopping"] == 3);
  CHECK(best["monitor"] == "val_auc");
  CHECK(best["restore_best"] == true);
  CHECK(settings({"--upper", best["upper"]}).config.groups[1].optimizer.schedule.steps("warmup_steps") == 7);
  const auto groups = config_json(settings({"--group", "0-2:sgd", "--group", "3:adam"}));
  CHECK(groups["group"].size() == 2);
  CHECK_FALSE(groups.contains("lower"));
}

}  // namespace cli_train_settings_test
