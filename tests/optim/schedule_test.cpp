#include "optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <set>

#include "optim/optimizer.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"

namespace optim_schedule_test {

using namespace strata;
using strata::test::missing;
using strata::test::thrown;

namespace {

constexpr double kLr = 0.3;
constexpr std::uint64_t kHorizon = 1000;

OptimizerSpec parse(std::string_view keys) {
  return parse_optimizer("sgd,lr=0.3" + std::string(keys), Convention::keras, "--lower");
}

ScheduleSpec schedule(std::string_view keys) { return parse(keys).schedule; }

std::string parse_error(std::string_view text) {
  return thrown([&] { parse_optimizer(text, Convention::keras, "--upper"); });
}

double rate(const ScheduleSpec& spec, std::uint64_t t) { return ScheduledRate(spec, kLr, kHorizon).at(t); }

/// The rate after k steps of PyTorch's or Keras' schedule, which count from 0.
using Formula = std::function<double(double k)>;

void check(std::string_view keys, const Formula& formula, std::uint64_t last = 2 * kHorizon) {
  CAPTURE(keys);
  const ScheduleSpec spec = schedule(keys);
  std::size_t wrong = 0;
  for (std::uint64_t t = 1; t <= last; ++t) {
    const double expected = formula(static_cast<double>(t - 1));
    if (!(std::fabs(rate(spec, t) - expected) <= 1e-13 * expected + 1e-16)) {
      CAPTURE(t, expected);
      CHECK(rate(spec, t) == expected);
      ++wrong;
    }
  }
  CHECK(wrong == 0);
}

double half_cosine(double share) { return (1 + std::cos(std::numbers::pi * std::min(share, 1.0))) / 2; }

}  // namespace

TEST_CASE("a constant rate stays", "[optim]") {
  check("", [](double) { return kLr; });
  check(",schedule=constant", [](double) { return kLr; });
}

TEST_CASE("step is StepLR", "[optim]") {
  check(",schedule=step,step_size=7,factor=0.9", [](double k) { return kLr * std::pow(0.9, std::floor(k / 7)); });
  check(",schedule=step,step_size=1,factor=1", [](double) { return kLr; });
  check(",schedule=step", [](double k) { return k < 1000 ? kLr : kLr * 0.1; });
}

TEST_CASE("exponential is ExponentialDecay, and ExponentialLR with decay_steps=1", "[optim]") {
  check(",schedule=exponential", [](double k) { return kLr * std::pow(0.1, k / 1000); });
  check(",schedule=exponential,decay_steps=30,decay_rate=0.96", [](double k) { return kLr * std::pow(0.96, k / 30); });
  check(",schedule=exponential,decay_steps=30,decay_rate=0.96,staircase=true",
        [](double k) { return kLr * std::pow(0.96, std::floor(k / 30)); });
  check(",schedule=exponential,decay_steps=1,decay_rate=0.99", [](double k) { return kLr * std::pow(0.99, k); });
  CHECK(rate(schedule(",schedule=exponential,decay_steps=1,decay_rate=1e-9"), 1000) == 0);
}

TEST_CASE("cosine is CosineDecay, which is CosineAnnealingLR up to its end", "[optim]") {
  check(",schedule=cosine", [](double k) { return kLr * half_cosine(k / 1000); });
  check(",schedule=cosine,decay_steps=400,final_lr=0.03",
        [](double k) { return 0.03 + (kLr - 0.03) * half_cosine(k / 400); });
  check(",schedule=cosine,final_lr=0.6", [](double k) { return 0.6 + (kLr - 0.6) * half_cosine(k / 1000); });
  const ScheduleSpec spec = schedule(",schedule=cosine,final_lr=0.01");
  CHECK(rate(spec, 1) == kLr);
  CHECK(rate(spec, kHorizon + 1) == 0.01);
  CHECK(rate(spec, 100 * kHorizon) == 0.01);
}

TEST_CASE("cosine with restarts is CosineAnnealingWarmRestarts and CosineDecayRestarts", "[optim]") {
  check(",schedule=cosine,restarts=true,decay_steps=50,final_lr=0.01",
        [](double k) { return 0.01 + (kLr - 0.01) * half_cosine(std::fmod(k, 50) / 50); });
  // Keras' closed form, i_restart and all.
  const auto keras = [](double k, double t_mul, double m_mul, double alpha) {
    const double share = k / 40;
    const double i = std::floor(std::log(1 - share * (1 - t_mul)) / std::log(t_mul) + 1e-9);
    const double sum = (1 - std::pow(t_mul, i)) / (1 - t_mul);
    const double left = half_cosine((share - sum) / std::pow(t_mul, i));
    return kLr * ((1 - alpha) * std::pow(m_mul, i) * left + alpha);
  };
  check(",schedule=cosine,restarts=true,decay_steps=40,t_mul=2", [&](double k) { return keras(k, 2, 1, 0); });
  check(",schedule=cosine,restarts=true,decay_steps=40,t_mul=3,m_mul=0.7,final_lr=0.03",
        [&](double k) { return keras(k, 3, 0.7, 0.1); });
  check(
      ",schedule=cosine,restarts=true,decay_steps=1,m_mul=0.5", [](double k) { return kLr * std::pow(0.5, k); }, 900);
  const ScheduleSpec spec = schedule(",schedule=cosine,restarts=true,decay_steps=1,t_mul=1000");
  CHECK(std::isfinite(ScheduledRate(spec, kLr, 1).at(1'000'000'000'000'000)));
}

TEST_CASE("linear is LinearLR, polynomial PolynomialDecay", "[optim]") {
  const auto left = [](double k, double steps) { return std::max(1 - k / steps, 0.0); };
  check(",schedule=linear", [&](double k) { return kLr * left(k, 1000); });
  check(",schedule=linear,decay_steps=300,final_lr=0.1", [&](double k) { return 0.1 + 0.2 * left(k, 300); });
  check(",schedule=polynomial", [&](double k) { return kLr * left(k, 1000); });
  check(",schedule=polynomial,power=2.5,final_lr=0.001,decay_steps=77",
        [&](double k) { return 0.001 + (kLr - 0.001) * std::pow(left(k, 77), 2.5); });
  CHECK(rate(schedule(",schedule=polynomial,power=0.5,final_lr=0.002"), kHorizon + 1) == 0.002);
}

TEST_CASE("one_cycle is OneCycleLR, held at its last rate", "[optim]") {
  const auto torch = [](double k, double steps, double rise_end, double div, double final_div) {
    const auto between = [](double from, double to, double share) { return to + (from - to) * half_cosine(share); };
    const double low = kLr / div;
    const double share = (k - rise_end) / (steps - 1 - rise_end);
    return k <= rise_end ? between(low, kLr, k / rise_end) : between(kLr, low / final_div, share);
  };
  check(",schedule=one_cycle", [&](double k) { return torch(k, 1000, 299, 25, 1e4); });
  check(",schedule=one_cycle,decay_steps=333,pct_start=0.1,div_factor=10,final_div_factor=100",
        [&](double k) { return torch(k, 333, 0.1 * 333 - 1, 10, 100); });
  check(",schedule=one_cycle,warmup_steps=50", [&](double k) { return torch(k, 1000, 49, 25, 1e4); });
  check(",schedule=one_cycle,pct_start=0", [&](double k) { return torch(k, 1000, -1, 25, 1e4); });
  const ScheduleSpec spec = schedule(",schedule=one_cycle");
  CHECK(rate(spec, 1) == kLr / 25);
  CHECK(rate(spec, 300) == kLr);
  CHECK(rate(spec, kHorizon) == kLr / 25 / 1e4);
  CHECK(rate(schedule(",schedule=one_cycle,pct_start=1"), kHorizon) == kLr);
  CHECK(rate(schedule(",schedule=one_cycle,pct_start=1"), kHorizon + 1) == kLr / 25 / 1e4);
  CHECK(rate(schedule(",schedule=one_cycle,warmup_steps=1"), 1) == kLr);
  for (std::uint64_t steps = 1; steps <= 5; ++steps) {
    CHECK(ScheduledRate(spec, kLr, steps).at(steps) == kLr / 25 / 1e4);
  }
}

TEST_CASE("plateau is the rate after so many cuts, not below min_lr", "[optim]") {
  const ScheduleSpec spec = schedule(",schedule=plateau,factor=0.5,min_lr=0.05");
  for (const std::uint64_t t : {1U, 1000U, 5000U}) {
    CHECK(ScheduledRate(spec, kLr, kHorizon).at(t, 0) == kLr);
    CHECK(ScheduledRate(spec, kLr, kHorizon).at(t, 1) == 0.15);
    CHECK(ScheduledRate(spec, kLr, kHorizon).at(t, 2) == 0.075);
    CHECK(ScheduledRate(spec, kLr, kHorizon).at(t, 3) == 0.05);
    CHECK(ScheduledRate(spec, kLr, kHorizon).at(t, 4'000'000'000U) == 0.05);
  }
}

TEST_CASE("a warm-up rises to the rate in equal steps; the schedule follows it as if it began there", "[optim]") {
  for (const ScheduleEntry& entry : schedule_registry()) {
    CAPTURE(entry.name);
    if (entry.own_warmup) {
      continue;
    }
    const ScheduleSpec plain = schedule(fmt::format(",schedule={}", entry.name));
    const ScheduleSpec warm = schedule(fmt::format(",schedule={},warmup_steps=20", entry.name));
    for (std::uint64_t t = 1; t <= 20; ++t) {
      CHECK(rate(warm, t) == Approx(kLr * static_cast<double>(t) / 20).epsilon(1e-15));
    }
    CHECK(rate(warm, 20) == kLr);
    for (std::uint64_t t = 21; t <= 1100; ++t) {
      CHECK(rate(warm, t) == ScheduledRate(plain, kLr, kHorizon - 20).at(t - 20));
    }
    CHECK(rate(schedule(fmt::format(",schedule={},warmup_steps=1", entry.name)), 1) == kLr);
    // Outlasting the run, as a schedule of a longer run does when it is cut short.
    CHECK(ScheduledRate(warm, kLr, 10).at(10) == kLr / 2);
  }
  CHECK(rate(schedule(",warmup_steps=4"), 1) == kLr / 4);  // constant may stay unsaid
  const ScheduleSpec cut = schedule(",schedule=plateau,warmup_steps=10");
  CHECK(ScheduledRate(cut, kLr, kHorizon).at(5, 1) == Approx(kLr * 0.1 / 2).epsilon(1e-15));
}

TEST_CASE("the horizon matters where decay_steps is not given, and only there", "[optim]") {
  for (const ScheduleEntry& entry : schedule_registry()) {
    CAPTURE(entry.name);
    const ScheduleSpec spec = schedule(fmt::format(",schedule={}", entry.name));
    const bool differs = ScheduledRate(spec, kLr, 1000).at(700) != ScheduledRate(spec, kLr, 2000).at(700);
    CHECK(needs_horizon(spec) == differs);
    if (needs_horizon(spec)) {
      const ScheduleSpec given = schedule(fmt::format(",schedule={},decay_steps=900", entry.name));
      CHECK_FALSE(needs_horizon(given));
      CHECK(ScheduledRate(given, kLr, 1000).at(700) == ScheduledRate(given, kLr, 2000).at(700));
    }
  }
}

TEST_CASE("every schedule is registered soundly", "[optim]") {
  REQUIRE_FALSE(schedule_registry().empty());
  CHECK(default_schedule(schedule_registry()[0]) == ScheduleSpec{});
  std::set<std::string_view> names;
  for (const ScheduleEntry& entry : schedule_registry()) {
    CAPTURE(entry.name);
    CHECK(names.insert(entry.name).second);
    CHECK(&find_schedule(entry.name) == &entry);
    CHECK_FALSE(entry.help.empty());
    const ScheduleSpec spec = schedule(fmt::format(",schedule={}", entry.name));
    CHECK(spec == default_schedule(entry));
    CHECK(spec.values.contains("warmup_steps"));
    std::set<std::string_view> keys;
    for (const OptimizerKey& key : entry.keys) {
      CAPTURE(key.name);
      CHECK(keys.insert(key.name).second);
      CHECK_FALSE(key.help.empty());
      CHECK(key.keras_default == key.torch_default);
      for (const OptimizerEntry& optimizer : optimizer_registry()) {
        CHECK(std::ranges::find(optimizer.keys, key.name, &OptimizerKey::name) == optimizer.keys.end());
      }
    }
    for (const std::uint64_t horizon : {1U, 2U, 3U, 1000U}) {
      for (std::uint64_t t = 1; t <= horizon + 2; ++t) {
        const double found = ScheduledRate(spec, kLr, horizon).at(t);
        CHECK((std::isfinite(found) && found >= 0 && found <= kLr));
      }
    }
    CHECK(ScheduledRate(spec, 0, 10).at(5) == 0);
  }
}

TEST_CASE("a schedule is written with every key, and reads back", "[optim]") {
  CHECK(to_string(ScheduleSpec{}).empty());
  CHECK(to_string(schedule(",schedule=constant")).empty());
  CHECK(to_string(schedule(",warmup_steps=5")) == ",schedule=constant,warmup_steps=5");
  CHECK(to_string(parse(",warmup_steps=5")) == to_string(parse("")) + ",schedule=constant,warmup_steps=5");
  for (const std::string_view keys :
       {",schedule=step,step_size=3", ",schedule=exponential,staircase=true,decay_steps=1000000000000000",
        ",schedule=cosine,restarts=true,decay_steps=7,t_mul=2,m_mul=0.1234567890123456", ",schedule=linear",
        ",schedule=polynomial,power=0.3", ",schedule=one_cycle,warmup_steps=3", ",schedule=plateau,cooldown=2",
        ",schedule=plateau,monitor=val_macro_f1"}) {
    CAPTURE(keys);
    const OptimizerSpec spec = parse(keys);
    const OptimizerSpec back = parse_optimizer(to_string(spec), Convention::torch, "--lower");
    CHECK(back.schedule == spec.schedule);
    CHECK(back.values == spec.values);
  }
}

TEST_CASE("a plateau's monitor is a figure, which texts have unless it is the loss", "[optim]") {
  CHECK(followed_figure(schedule(",schedule=plateau")) == "loss");
  CHECK(followed_figure(schedule(",schedule=plateau,monitor=val_auc")) == "auc");
  CHECK(to_string(schedule(",schedule=plateau")).find("monitor") == std::string::npos);
  CHECK(to_string(schedule(",schedule=plateau,monitor=val_auc")).ends_with(",monitor=val_auc"));
  CHECK(missing(parse_error("adam,schedule=plateau,monitor=accuracy"),
                {"monitor=accuracy is no figure of the validation rows; did you mean val_accuracy?", "val_loss"}) ==
        "");
}

TEST_CASE("a schedule that is not known is an error that names the nearest", "[optim]") {
  CHECK(missing(parse_error("adam,schedule=cosin"),
                {"usage: --upper: no schedule is called 'cosin'; did you mean cosine?", "constant, step, "}) == "");
  CHECK(missing(parse_error("adam,schedule="), {"no schedule is called ''"}) == "");
  CHECK(missing(parse_error("adam,schedule=step,schedule=step"), {"schedule is given twice"}) == "");
  CHECK(missing(parse_error("freeze,schedule=step"), {"freeze takes no keys"}) == "");
}

TEST_CASE("keys of schedules are checked as optimizers' are", "[optim]") {
  CHECK(missing(parse_error("adam,schedule=step,step_siz=4"),
                {"usage: --upper: adam with schedule=step has no key 'step_siz'; did you mean step_size?",
                 "It knows lr, ", ", schedule, warmup_steps, step_size, factor"}) == "");
  CHECK(missing(parse_error("adam,final_lr=0"),
                {"adam has no key 'final_lr'; schedule=cosine|linear|polynomial has it"}) == "");
  CHECK(missing(parse_error("adam,schedule=step,patience=3"), {"schedule=plateau has it"}) == "");
  CHECK(missing(parse_error("adam,warmup_steps=4,warmup_steps=4"), {"warmup_steps is given twice"}) == "");
  for (const std::string_view value : {"-1", "1.5", "x", "", "nan", "inf", "1e16"}) {
    CAPTURE(value);
    CHECK(missing(parse_error(fmt::format("adam,warmup_steps={}", value)),
                  {fmt::format("warmup_steps={} is not a whole number in [0, ", value)}) == "");
  }
  for (const std::string_view keys :
       {"schedule=step,step_size=0", "schedule=step,factor=0", "schedule=step,factor=1.1",
        "schedule=exponential,decay_rate=0", "schedule=exponential,decay_rate=-1", "schedule=cosine,t_mul=0",
        "schedule=cosine,final_lr=-1", "schedule=polynomial,power=0", "schedule=one_cycle,pct_start=1.5",
        "schedule=one_cycle,div_factor=0.5", "schedule=plateau,factor=1", "schedule=plateau,patience=0",
        "schedule=plateau,min_delta=-1"}) {
    CAPTURE(keys);
    CHECK(missing(parse_error(fmt::format("adam,{}", keys)), {"usage: --upper: ", " is not a "}) == "");
  }
  CHECK(schedule(",schedule=step,step_size=1e3").steps("step_size") == 1000);
}

TEST_CASE("keys that contradict each other are errors", "[optim]") {
  CHECK(missing(parse_error("adam,schedule=cosine,t_mul=2"), {"they need restarts=true"}) == "");
  CHECK(missing(parse_error("adam,schedule=cosine,m_mul=0.5,decay_steps=4"), {"they need restarts=true"}) == "");
  CHECK(missing(parse_error("adam,schedule=cosine,restarts=true"), {"restarts=true needs decay_steps"}) == "");
  CHECK(missing(parse_error("adam,schedule=exponential,staircase=true"), {"staircase=true needs decay_steps"}) == "");
  CHECK(missing(parse_error("adam,schedule=one_cycle,warmup_steps=3,pct_start=0.5"), {"give one"}) == "");
  CHECK(missing(parse_error("adam,schedule=one_cycle,warmup_steps=30,decay_steps=30"), {"leaves none"}) == "");
  CHECK(missing(parse_error("adam,lr=0.1,schedule=plateau,min_lr=0.2"), {"min_lr=0.2 is above"}) == "");
}

}  // namespace optim_schedule_test
