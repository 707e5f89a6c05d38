#include "optim/optimizer.h"

#include <set>

#include "tests/catch.h"
#include "tests/core/thrown.h"

namespace optim_optimizer_test {

using namespace strata;
using strata::test::missing;
using strata::test::thrown;

namespace {

constexpr Convention kConventions[] = {Convention::keras, Convention::torch};

std::string parse_error(std::string_view text) {
  return thrown([&] { parse_optimizer(text, Convention::keras, "--upper"); });
}

TEST_CASE("a brief text tells the rate and what is not the default", "[optim]") {
  for (const Convention convention : {Convention::keras, Convention::torch}) {
    for (const std::string text : {"freeze", "sgd,lr=0.25", "adam,lr=0.001,amsgrad=true",
                                   "rmsprop,lr=0.25,momentum=0.5,schedule=cosine,warmup_steps=5"}) {
      const OptimizerSpec spec = parse_optimizer(text, convention, "--lower");
      CHECK(brief_text(spec, convention) == text);
      CHECK(brief_text(parse_optimizer(to_string(spec), convention, "--lower"), convention) == text);
    }
  }
}

}  // namespace

TEST_CASE("an optimizer's name alone takes the convention's defaults", "[optim]") {
  const auto keras = [](std::string_view text) { return parse_optimizer(text, Convention::keras, "--lower"); };
  const auto torch = [](std::string_view text) { return parse_optimizer(text, Convention::torch, "--lower"); };
  CHECK(keras("sgd").values ==
        decltype(OptimizerSpec::values){
            {"lr", 0.01}, {"momentum", 0}, {"nesterov", 0}, {"weight_decay", 0}, {"decay_bias", 1}});
  CHECK(torch("sgd").value("lr") == 1e-3);
  CHECK(keras("adam").values == decltype(OptimizerSpec::values){{"lr", 1e-3},
                                                                {"beta1", 0.9},
                                                                {"beta2", 0.999},
                                                                {"epsilon", 1e-7},
                                                                {"amsgrad", 0},
                                                                {"weight_decay", 0},
                                                                {"decay_bias", 1}});
  CHECK(torch("adam").value("epsilon") == 1e-8);
  CHECK(torch("adam").value("lr") == 1e-3);
  CHECK(keras("freeze").values.empty());
}

TEST_CASE("every optimizer has each framework's own defaults", "[optim]") {
  struct Defaults {
    std::string_view name;
    std::string_view key;
    double keras;
    double torch;
  };
  for (const Defaults& expected : {Defaults{"rmsprop", "lr", 1e-3, 1e-2},
                                   {"rmsprop", "rho", 0.9, 0.99},
                                   {"rmsprop", "epsilon", 1e-7, 1e-8},
                                   {"adagrad", "lr", 1e-3, 1e-2},
                                   {"adagrad", "initial_accumulator_value", 0.1, 0},
                                   {"adagrad", "epsilon", 1e-7, 1e-10},
                                   {"adadelta", "lr", 1e-3, 1},
                                   {"adadelta", "rho", 0.95, 0.9},
                                   {"adadelta", "epsilon", 1e-7, 1e-6},
                                   {"adamw", "weight_decay", 0.004, 0.01},
                                   {"adamax", "lr", 1e-3, 2e-3},
                                   {"adamax", "epsilon", 1e-7, 1e-8},
                                   {"nadam", "lr", 1e-3, 2e-3},
                                   {"nadam", "momentum_decay", 1, 0.004},
                                   {"lion", "lr", 1e-3, 1e-4},
                                   {"lion", "beta2", 0.99, 0.99}}) {
    CAPTURE(expected.name, expected.key);
    CHECK(parse_optimizer(expected.name, Convention::keras, "").value(expected.key) == expected.keras);
    CHECK(parse_optimizer(expected.name, Convention::torch, "").value(expected.key) == expected.torch);
  }
}

TEST_CASE("every key's range is checked", "[optim]") {
  for (const OptimizerEntry& entry : optimizer_registry()) {
    for (const OptimizerKey& key : entry.keys) {
      CAPTURE(entry.name, key.name);
      const auto text = [&](std::string_view value) {
        return std::string(entry.name) + "," + std::string(key.name) + "=" + std::string(value);
      };
      if (key.type == OptimizerKey::Type::boolean) {
        CHECK(missing(parse_error(text("1")), {"neither true nor false"}) == "");
        continue;
      }
      CHECK(missing(parse_error(text("-0.1")), {std::string(key.name) + "=-0.1 is not a number in"}) == "");
      CHECK(missing(parse_error(text("inf")), {"is not a number in"}) == "");
      CHECK(missing(parse_error(text("nan")), {"is not a number in"}) == "");
      CHECK((key.maximum > 1 || missing(parse_error(text("1.5")), {"is not a number in"}).empty()));
    }
  }
}

TEST_CASE("keys override defaults, in any order", "[optim]") {
  const auto spec = parse_optimizer("sgd,nesterov=true,lr=5e-2,momentum=0.9", Convention::keras, "--lower");
  CHECK(spec.name() == "sgd");
  CHECK(spec.value("lr") == 0.05);
  CHECK(spec.value("momentum") == 0.9);
  CHECK(spec.value("nesterov") == 1);
  CHECK(parse_optimizer("sgd,nesterov=false", Convention::keras, "--lower").value("nesterov") == 0);
  CHECK(parse_optimizer("sgd,lr=0", Convention::keras, "--lower").value("lr") == 0);
  CHECK(parse_optimizer("sgd,momentum=1", Convention::keras, "--lower").value("momentum") == 1);
  CHECK(parse_optimizer("adam,beta1=0,beta2=0", Convention::keras, "--lower").value("beta1") == 0);
}

TEST_CASE("an unknown optimizer is an error that names the nearest", "[optim]") {
  CHECK(missing(parse_error("adma"), {"usage: --upper", "'adma'", "did you mean adam?",
                                      "freeze, sgd, rmsprop, adagrad, adadelta, adam, adamw, adamax, nadam, lion"}) ==
        "");
  CHECK(missing(parse_error("SGD"), {"'SGD'"}) == "");
  CHECK(missing(parse_error(""), {"''"}) == "");
  CHECK(missing(parse_error(",lr=1"), {"''"}) == "");
  CHECK(missing(parse_error(" sgd"), {"' sgd'", "did you mean sgd?"}) == "");
  CHECK(missing(thrown([] { find_optimizer("sdg"); }), {"usage: ", "'sdg'", "did you mean sgd?"}) == "");
}

TEST_CASE("an unknown key is an error that lists the known ones", "[optim]") {
  CHECK(missing(parse_error("adam,beta=0.9"), {"usage: --upper: adam has no key 'beta'", "did you mean beta1?",
                                               "lr, beta1, beta2, epsilon, amsgrad, weight_decay"}) == "");
  CHECK(missing(parse_error("sgd,beta1=0.9"), {"sgd has no key 'beta1'", "lr, momentum, nesterov, weight_decay"}) ==
        "");
  CHECK(missing(parse_error("sgd,=0.9"), {"no key ''"}) == "");
  CHECK(missing(parse_error("freeze,lr=0.1"), {"freeze takes no keys", "'lr'"}) == "");
}

TEST_CASE("a part that is no key=value is an error that shows the form", "[optim]") {
  for (const std::string_view text : {"sgd,lr", "sgd,0.01", "sgd,", "sgd,,lr=1", "sgd,lr=0.1,"}) {
    CAPTURE(text);
    CHECK(missing(parse_error(text), {"usage: --upper", "not of the form key=value"}) == "");
  }
}

TEST_CASE("a value that is no number, or out of range, is an error that gives the range", "[optim]") {
  for (const std::string_view value :
       {"", "x", "0.1x", "0.1 ", " 0.1", "--1", "+0.1", "0x1", "1e999", "-0.1", "nan", "inf"}) {
    CAPTURE(value);
    const std::string text = "sgd,lr=" + std::string(value);
    CHECK(missing(parse_error(text), {"usage: --upper: lr=" + std::string(value) + " is not a number in [0, inf)"}) ==
          "");
  }
  CHECK(missing(parse_error("sgd,momentum=1.1"), {"momentum=1.1 is not a number in [0, 1]"}) == "");
  CHECK(missing(parse_error("adam,beta1=1"), {"beta1=1 is not a number in [0, 1)"}) == "");
  CHECK(missing(parse_error("adam,beta2=-0.5"), {"beta2=-0.5"}) == "");
  CHECK(missing(parse_error("adam,epsilon=0"), {"epsilon=0 is not a number in (0, inf)"}) == "");
}

TEST_CASE("booleans are true or false", "[optim]") {
  for (const std::string_view value : {"1", "0", "yes", "True", ""}) {
    CAPTURE(value);
    CHECK(missing(parse_error("sgd,momentum=0.9,nesterov=" + std::string(value)), {"neither true nor false"}) == "");
  }
}

TEST_CASE("a key given twice, and nesterov without momentum, are errors", "[optim]") {
  CHECK(missing(parse_error("sgd,lr=0.1,lr=0.1"), {"usage: --upper: lr is given twice"}) == "");
  CHECK(missing(parse_error("sgd,nesterov=true"), {"nesterov=true needs a momentum above 0"}) == "");
  CHECK(missing(parse_error("sgd,momentum=0,nesterov=true"), {"needs a momentum above 0"}) == "");
}

TEST_CASE("to_string parses back to the same optimizer, in both conventions", "[optim]") {
  for (const Convention convention : kConventions) {
    for (const OptimizerEntry& entry : optimizer_registry()) {
      const auto spec = parse_optimizer(entry.name, convention, "--lower");
      CAPTURE(to_string(spec));
      // The other convention's defaults must not leak in: every key is written.
      for (const Convention other : kConventions) {
        const auto back = parse_optimizer(to_string(spec), other, "--lower");
        CHECK(back.name() == spec.name());
        CHECK(back.values == spec.values);
      }
    }
  }
  const auto spec = parse_optimizer("sgd,lr=0.1234567890123456,momentum=0.3,nesterov=true", Convention::keras, "");
  CHECK(to_string(spec) == "sgd,lr=0.1234567890123456,momentum=0.3,nesterov=true,weight_decay=0");
}

TEST_CASE("the registry is sound", "[optim]") {
  REQUIRE_FALSE(optimizer_registry().empty());
  CHECK(optimizer_registry()[0].name == "freeze");
  std::set<std::string_view> names;
  for (const OptimizerEntry& entry : optimizer_registry()) {
    CAPTURE(entry.name);
    CHECK(names.insert(entry.name).second);
    CHECK(&find_optimizer(entry.name) == &entry);
    CHECK_FALSE(entry.help.empty());
    std::set<std::string_view> keys;
    for (const OptimizerKey& key : entry.keys) {
      CAPTURE(key.name);
      CHECK(keys.insert(key.name).second);
      CHECK_FALSE(key.help.empty());
    }
    for (const Convention convention : kConventions) {
      const auto spec = parse_optimizer(entry.name, convention, "--lower");
      CHECK(entry.state(spec).size() <= kernels::kMaxStateSlots);
      CHECK(is_frozen(spec) == (entry.name == "freeze"));
      CHECK((is_frozen(spec) ? base_learning_rate(spec) == 0 : base_learning_rate(spec) > 0));
    }
  }
}

TEST_CASE("state is kept only where it is needed", "[optim]") {
  const auto slots = [](std::string_view text) {
    const auto spec = parse_optimizer(text, Convention::keras, "--lower");
    return spec.state().size();
  };
  CHECK(slots("freeze") == 0);
  CHECK(slots("sgd") == 0);
  CHECK(slots("sgd,momentum=0.9") == 1);
  CHECK(slots("rmsprop") == 1);
  CHECK(slots("rmsprop,momentum=0.9") == 2);
  CHECK(slots("rmsprop,centered=true,momentum=0.9") == 3);
  CHECK(slots("adagrad") == 1);
  CHECK(slots("adadelta") == 2);
  CHECK(slots("adam") == 2);
  CHECK(slots("adamw,amsgrad=true") == 3);
  CHECK(slots("lion") == 1);
}

TEST_CASE("whether biases decay is in a text only if they do not", "[optim]") {
  const OptimizerSpec with = parse_optimizer("adamw,decay_bias=true", Convention::keras, "--upper");
  CHECK(to_string(with).find("decay_bias") == std::string::npos);
  const OptimizerSpec without = parse_optimizer("adamw,decay_bias=false", Convention::keras, "--upper");
  CHECK(to_string(without).ends_with(",weight_decay=0.004,decay_bias=false"));
  CHECK(brief_text(without, Convention::keras) == "adamw,lr=0.001,decay_bias=false");
  CHECK(parse_optimizer(to_string(without), Convention::keras, "--upper").values == without.values);
  CHECK_FALSE(without.updates(Convention::keras)(1, 0.1).decay_bias);
  CHECK(missing(parse_error("sgd,decay_bias=false"), {"usage: ", "needs a weight_decay above 0"}) == "");
  CHECK(missing(parse_error("sgd,weight_decay=1,decay_bias=0"), {"usage: ", "neither true nor false"}) == "");
}

TEST_CASE("rates that change at some steps are a key of every optimizer that has a rate", "[optim]") {
  for (const OptimizerEntry& entry : optimizer_registry()) {
    CAPTURE(entry.name);
    const std::string text = fmt::format("{},lr_from=500:0.003+800:0+801:1e+17", entry.name);
    if (entry.keys.empty()) {
      CHECK(missing(parse_error(text), {"usage: ", "takes no keys"}) == "");
      continue;
    }
    for (const Convention convention : {Convention::keras, Convention::torch}) {
      const OptimizerSpec spec = parse_optimizer(text, convention, "--upper");
      CHECK(spec.rate_changes == std::vector<RateChange>{{500, 0.003}, {800, 0}, {801, 1e17}});
      CHECK(to_string(spec).ends_with(",lr_from=500:0.003+800:0+801:1e+17"));
      CHECK(parse_optimizer(to_string(spec), convention, "--upper").rate_changes == spec.rate_changes);
      CHECK(brief_text(spec, convention).ends_with(",lr_from=500:0.003+800:0+801:1e+17"));
      const OptimizerSpec plain = parse_optimizer(entry.name, convention, "--upper");
      CHECK(to_string(plain).find("lr_from") == std::string::npos);
    }
  }
  for (const std::string_view value : {"", "5", "5:", ":0.1", "5:0.1+", "+5:0.1", "5:0.1++6:0.1", "5:x", "-1:0.1",
                                       "1.5:0.1", "5:0.1,6:0.1", "5 :0.1"}) {
    CAPTURE(value);
    CHECK(missing(parse_error(fmt::format("sgd,lr_from={}", value)), {"usage: "}) == "");
  }
  CHECK(missing(parse_error("sgd,lr_from=5"), {"'5' is not STEP:LR", "lr_from=500:0.003+800:0.001"}) == "");
  CHECK(missing(parse_error("sgd,lr_from=0:0.1"), {"has step 0; steps count from 1"}) == "");
  CHECK(missing(parse_error("sgd,lr_from=5:0.1+5:0.2"), {"has step 5 after step 5", "rising order"}) == "");
  CHECK(missing(parse_error("sgd,lr_from=6:0.1+5:0.2"), {"has step 5 after step 6"}) == "");
  for (const std::string_view rate : {"-0.1", "nan", "inf", "1e39"}) {
    CHECK(missing(parse_error(fmt::format("sgd,lr_from=5:{}", rate)), {"expected a finite number from 0"}) == "");
  }
  CHECK(missing(parse_error("sgd,lr=0,lr_from=5:0.1"), {"lr is 0; give lr above 0"}) == "");
  CHECK(missing(parse_error("sgd,lr=1e-40,lr_from=5:0.1"), {"lr is 0"}) == "");
  CHECK(missing(parse_error("sgd,lr_form=5:0.1"), {"did you mean lr_from?", ", warmup_steps, lr_from"}) == "");
}

TEST_CASE("a changed rate is the schedule's times the new lr over lr, from its step on", "[optim]") {
  const auto parse = [](std::string_view keys) {
    return parse_optimizer(fmt::format("sgd,lr=0.3{}", keys), Convention::keras, "--lower");
  };
  const OptimizerSpec constant = parse(",lr_from=5:0.007+9:0+11:0.1");
  for (std::uint64_t t = 1; t <= 12; ++t) {
    CHECK(LearningRate(constant, 100).at(t) == (t < 5 ? 0.3 : t < 9 ? 0.007 : t < 11 ? 0 : 0.1));
  }
  for (const ScheduleEntry& schedule : schedule_registry()) {
    CAPTURE(schedule.name);
    const std::string keys = fmt::format(",schedule={},warmup_steps=7", schedule.name);
    const OptimizerSpec plain = parse(keys);
    const OptimizerSpec changed = parse(keys + ",lr_from=5:0.15+50:0.6");
    for (std::uint64_t t = 1; t <= 120; ++t) {
      const double rate = ScheduledRate(plain.schedule, 0.3, 100).at(t, 2);
      CHECK(LearningRate(plain, 100).at(t, 2) == rate);
      CHECK(LearningRate(changed, 100).at(t, 2) == Approx(t < 5 ? rate : t < 50 ? rate / 2 : rate * 2).epsilon(1e-15));
    }
  }
  CHECK(LearningRate(parse_optimizer("freeze", Convention::keras, "--lower"), 10).at(3) == 0);
}

TEST_CASE("a change by hand takes the place of those from later steps", "[optim]") {
  OptimizerSpec spec = parse_optimizer("sgd,lr=0.1,lr_from=5:0.2+9:0.3+12:0.4", Convention::keras, "--lower");
  change_rate(spec, {9, 0.5}, "lower");
  CHECK(spec.rate_changes == std::vector<RateChange>{{5, 0.2}, {9, 0.5}});
  change_rate(spec, {9, 0.6}, "lower");
  CHECK(spec.rate_changes == std::vector<RateChange>{{5, 0.2}, {9, 0.6}});
  change_rate(spec, {20, 0}, "lower");
  CHECK(spec.rate_changes == std::vector<RateChange>{{5, 0.2}, {9, 0.6}, {20, 0}});
  for (const RateChange& wrong : {RateChange{3, -1}, RateChange{3, std::numeric_limits<double>::infinity()},
                                  RateChange{3, std::nan("")}, RateChange{0, 0.1}}) {
    CHECK(missing(thrown([&] { change_rate(spec, wrong, "lower"); }), {"usage: lower: lr_from has"}) == "");
  }
  CHECK(spec.rate_changes.size() == 3);
  OptimizerSpec frozen = parse_optimizer("freeze", Convention::keras, "--lower");
  CHECK(missing(thrown([&] { change_rate(frozen, {3, 0.1}, "lower"); }), {"usage: lower: "}) == "");
}

TEST_CASE("keys are known by what others call them", "[optim]") {
  CHECK(missing(parse_error("sgd,learning_rate=0.1"), {"usage: ", "did you mean lr?"}) == "");
  CHECK(missing(parse_error("adam,beta_1=0.8"), {"did you mean beta1?"}) == "");
  CHECK(missing(parse_error("adam,eps=1e-8"), {"did you mean epsilon?"}) == "");
  CHECK(missing(parse_error("sgd,wd=1"), {"did you mean weight_decay?"}) == "");
  CHECK(missing(parse_error("0.01"), {"'0.01' is no optimizer", "sgd,lr=0.01"}) == "");
}

}  // namespace optim_optimizer_test
