#include "optim/schedule.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/figure.h"
#include "core/nearest.h"
#include "kernels/elementary.h"

namespace strata {

namespace {

using Type = OptimizerKey::Type;

constexpr double kMaxFactor = 1000;

OptimizerKey steps_key(std::string_view name, double value, double minimum, std::string_view help) {
  return {name, Type::whole, value, value, minimum, kMostSteps, false, false, help};
}

OptimizerKey rate_key(std::string_view name, std::string_view help) {
  return {name, Type::number, 0, 0, 0, kNoMaximum, false, true, help};
}

/// A share that the rate is multiplied by: above 0, up to 1.
OptimizerKey factor_key(std::string_view name, double value, std::string_view help) {
  return {name, Type::number, value, value, 0, 1, true, false, help};
}

OptimizerKey divisor_key(std::string_view name, double value, std::string_view help) {
  return {name, Type::number, value, value, 1, kNoMaximum, false, true, help};
}

OptimizerKey warmup_key() {
  return steps_key("warmup_steps", 0, 0, "steps over which the rate first rises linearly to lr");
}

OptimizerKey decay_steps_key(std::string_view help) { return steps_key("decay_steps", 0, 0, help); }

constexpr std::string_view kDecayStepsHelp =
    "steps after the warm-up until the end of the decay; 0: the rest of the run";

double progress(const SchedulePoint& at) { return static_cast<double>(at.step) / static_cast<double>(at.span); }

/// From 1 at progress 0 to 0 at progress 1 and beyond, along a half cosine.
double half_cosine(double progress) { return progress < 1 ? 0.5 * (1 + kernels::cos_pi(progress)) : 0; }

/// Exactly `lr` at share 1 and `final_lr` at share 0.
double between(double final_lr, double lr, double share) { return lr * share + final_lr * (1 - share); }

RateRule constant_rate(const ScheduleSpec&) {
  return [](double lr, const SchedulePoint&) { return lr; };
}

RateRule step_rate(const ScheduleSpec& spec) {
  return [factor = spec.value("factor"), size = spec.steps("step_size")](double lr, const SchedulePoint& at) {
    return lr * kernels::power(factor, at.step / size);
  };
}

RateRule exponential_rate(const ScheduleSpec& spec) {
  const double decay_rate = spec.value("decay_rate");
  if (spec.value("staircase") != 0) {
    return [=](double lr, const SchedulePoint& at) { return lr * kernels::power(decay_rate, at.step / at.span); };
  }
  return [log = kernels::log(decay_rate)](double lr, const SchedulePoint& at) {
    return lr * kernels::exp(progress(at) * log);
  };
}

RateRule cosine_rate(const ScheduleSpec& spec) {
  const double final_lr = spec.value("final_lr");
  if (spec.value("restarts") == 0) {
    return [=](double lr, const SchedulePoint& at) { return between(final_lr, lr, half_cosine(progress(at))); };
  }
  return [final_lr, growth = spec.steps("t_mul"), height = spec.value("m_mul")](double lr, const SchedulePoint& at) {
    SchedulePoint cycle = at;
    std::uint64_t cycles = 0;
    if (growth == 1) {
      cycles = at.step / at.span;
      cycle.step = at.step % at.span;
    }
    while (cycle.step >= cycle.span) {
      cycle.step -= cycle.span;
      cycle.span *= growth;
      ++cycles;
    }
    return between(final_lr, lr, kernels::power(height, cycles) * half_cosine(progress(cycle)));
  };
}

RateRule polynomial_rate(const ScheduleSpec& spec) {
  return [final_lr = spec.value("final_lr"), power = spec.value("power")](double lr, const SchedulePoint& at) {
    const double left = 1 - progress(at);
    return between(final_lr, lr, left > 0 ? kernels::exp(power * kernels::log(left)) : 0);
  };
}

RateRule linear_rate(const ScheduleSpec& spec) {
  return [final_lr = spec.value("final_lr")](double lr, const SchedulePoint& at) {
    return between(final_lr, lr, std::max(1 - progress(at), 0.0));
  };
}

/// PyTorch's OneCycleLR in two phases: `at.step` counts from 0, the rise ends after `peak` steps, the fall at the last.
RateRule one_cycle_rate(const ScheduleSpec& spec) {
  return [divisor = spec.value("div_factor"), last_divisor = spec.value("final_div_factor"),
          warmup = spec.value("warmup_steps"), share = spec.value("pct_start")](double lr, const SchedulePoint& at) {
    const double low = lr / divisor;
    const double lowest = low / last_divisor;
    const auto step = static_cast<double>(at.step);
    const auto steps = static_cast<double>(at.span);
    const double peak = (warmup > 0 ? warmup : share * steps) - 1;
    if (step <= peak) {
      return peak > 0 ? between(lr, low, half_cosine(step / peak)) : lr;
    }
    return between(lowest, lr, half_cosine((step - peak) / (steps - 1 - peak)));
  };
}

RateRule plateau_rate(const ScheduleSpec& spec) {
  return [factor = spec.value("factor"), lowest = spec.value("min_lr")](double lr, const SchedulePoint& at) {
    return std::max(lr * kernels::power(factor, at.cuts), lowest);
  };
}

std::vector<ScheduleEntry> entries() {
  return {
      {"constant", "the rate stays as it is", {warmup_key()}, false, constant_rate},
      {"step",
       "the rate times factor after every step_size steps",
       {warmup_key(), steps_key("step_size", 1000, 1, "steps from one drop to the next"),
        factor_key("factor", 0.1, "what the rate is multiplied by")},
       false,
       step_rate},
      {"exponential",
       "lr decay_rate^(steps/decay_steps)",
       {warmup_key(),
        decay_steps_key("steps in which the rate falls by decay_rate; 0: those of the run after the warm-up"),
        factor_key("decay_rate", 0.1, "what the rate is multiplied by over decay_steps"),
        {"staircase", Type::boolean, 0, 0, 0, 1, false, false, "at once after every decay_steps, not gradually"}},
       false,
       exponential_rate},
      {"cosine",
       "along half a cosine from lr to final_lr, with warm restarts if asked for",
       {warmup_key(),
        decay_steps_key(kDecayStepsHelp),
        rate_key("final_lr", "rate at the end"),
        {"restarts", Type::boolean, 0, 0, 0, 1, false, false, "begin again at lr after every decay_steps"},
        {"t_mul", Type::whole, 1, 1, 1, kMaxFactor, false, false, "restarts: each cycle's length over the last one's"},
        factor_key("m_mul", 1, "restarts: what each cycle's height is multiplied by")},
       false,
       cosine_rate},
      {"linear",
       "along a line from lr to final_lr",
       {warmup_key(), decay_steps_key(kDecayStepsHelp), rate_key("final_lr", "rate at the end")},
       false,
       linear_rate},
      {"polynomial",
       "final_lr + (lr - final_lr) (1 - steps/decay_steps)^power",
       {warmup_key(),
        decay_steps_key(kDecayStepsHelp),
        rate_key("final_lr", "rate at the end"),
        {"power", Type::number, 1, 1, 0, kMaxFactor, true, false, "exponent; 1 is a line"}},
       false,
       polynomial_rate},
      {"one_cycle",
       "up to lr and down again along half cosines (Smith & Topin 2017); momentum stays as it is",
       {steps_key("warmup_steps", 0, 0, "steps of the rise, instead of pct_start"),
        decay_steps_key("steps of the whole cycle; 0: those of the run"),
        {"pct_start", Type::number, 0.3, 0.3, 0, 1, false, false, "share of the steps spent rising"},
        divisor_key("div_factor", 25, "the first rate is lr over this"),
        divisor_key("final_div_factor", 1e4, "the last rate is the first one over this")},
       true,
       one_cycle_rate},
      {"plateau",
       "the rate times factor whenever its monitor has not become better for patience epochs",
       {warmup_key(),
        {"factor", Type::number, 0.1, 0.1, 0, 1, true, true, "what the rate is multiplied by"},
        steps_key("patience", 10, 1, "epochs without a better monitor before a cut"),
        {"min_delta", Type::number, 1e-4, 1e-4, 0, kNoMaximum, false, true,
         "a gain that is not above this does not count"},
        steps_key("cooldown", 0, 0, "epochs after a cut that do not count"),
        rate_key("min_lr", "lowest rate"),
        {"monitor", Type::figure, 0, 0, 0, kFigures.size() - 1.0, false, false,
         "the figure of the validation rows that is followed", true}},
       false,
       plateau_rate},
  };
}

const std::vector<ScheduleEntry>& schedules() {
  static const std::vector<ScheduleEntry> all = entries();
  return all;
}

/// Whether `key` has another value than its default.
bool is_set(const ScheduleSpec& spec, std::string_view key) {
  return spec.value(key) != default_schedule(*spec.entry).value(key);
}

}  // namespace

std::span<const ScheduleEntry> schedule_registry() { return schedules(); }

const ScheduleEntry& constant_schedule() { return schedules().front(); }

const ScheduleEntry& find_schedule(std::string_view name) {
  std::vector<std::string_view> names;
  for (const ScheduleEntry& entry : schedules()) {
    if (entry.name == name) {
      return entry;
    }
    names.push_back(entry.name);
  }
  throw usage_error("no schedule is called '{}'; did you mean {}? Known are {}", name, nearest_name(name, names),
                    join_names(names));
}

ScheduleSpec default_schedule(const ScheduleEntry& entry) {
  ScheduleSpec spec{&entry, {}};
  for (const OptimizerKey& key : entry.keys) {
    spec.values.emplace(key.name, key.keras_default);
  }
  return spec;
}

void reject_schedule_contradictions(const ScheduleSpec& spec, double lr, std::string_view option) {
  if (spec.name() == "cosine" && spec.value("restarts") == 0 && (is_set(spec, "t_mul") || is_set(spec, "m_mul"))) {
    throw usage_error("{}: t_mul and m_mul say how cycles follow each other; they need restarts=true", option);
  }
  if (spec.name() == "cosine" && spec.value("restarts") != 0 && spec.value("decay_steps") == 0) {
    throw usage_error("{}: restarts=true needs decay_steps, the length of the first cycle", option);
  }
  if (spec.name() == "exponential" && spec.value("staircase") != 0 && spec.value("decay_steps") == 0) {
    throw usage_error("{}: staircase=true needs decay_steps, the steps from one drop to the next", option);
  }
  if (spec.name() == "one_cycle" && is_set(spec, "warmup_steps") && is_set(spec, "pct_start")) {
    throw usage_error("{}: warmup_steps and pct_start both give the length of the rise; give one", option);
  }
  if (spec.name() == "one_cycle" && spec.value("decay_steps") > 0 &&
      spec.value("warmup_steps") >= spec.value("decay_steps")) {
    throw usage_error("{}: a rise of {} steps leaves none of the cycle's {}; give a smaller warmup_steps", option,
                      spec.value("warmup_steps"), spec.value("decay_steps"));
  }
  if (spec.name() == "plateau" && spec.value("min_lr") > lr) {
    throw usage_error("{}: min_lr={} is above the rate that it bounds, lr={}", option, spec.value("min_lr"), lr);
  }
}

std::string to_string(const ScheduleSpec& spec, KeysShown shown) {
  if (spec == ScheduleSpec{}) {
    return "";
  }
  std::string text = fmt::format(",schedule={}", spec.name());
  for (const OptimizerKey& key : spec.entry->keys) {
    const double value = spec.value(key.name);
    // Schedules have the same defaults in both conventions.
    if (value != key.keras_default || (shown == KeysShown::all && !key.later)) {
      text += setting_text(key, value);
    }
  }
  return text;
}

std::string_view followed_figure(const ScheduleSpec& spec) { return kFigures[spec.steps("monitor")].name; }

bool needs_horizon(const ScheduleSpec& spec) {
  const auto decay_steps = spec.values.find("decay_steps");
  return decay_steps != spec.values.end() && decay_steps->second == 0;
}

ScheduledRate::ScheduledRate(const ScheduleSpec& spec, double lr, std::uint64_t horizon)
    : rule_(spec.entry->rate(spec)),
      lr_(lr),
      before_(spec.entry->own_warmup ? 0 : spec.steps("warmup_steps")),
      span_(horizon > before_ ? horizon - before_ : 1) {
  if (spec.values.contains("decay_steps") && !needs_horizon(spec)) {
    span_ = spec.steps("decay_steps");
  }
}

double ScheduledRate::at(std::uint64_t t, std::uint32_t cuts) const {
  const double rate = rule_(lr_, {.step = t > before_ ? t - 1 - before_ : 0, .span = span_, .cuts = cuts});
  return t < before_ ? rate * (static_cast<double>(t) / static_cast<double>(before_)) : rate;
}

PlateauState after_epoch(PlateauState state, const ScheduleSpec& spec, Convention convention, double figure) {
  bool counts = state.cooldown == 0;
  if (!counts) {
    --state.cooldown;
    // Keras asks after counting down whether the cooldown is over, PyTorch before.
    counts = convention == Convention::keras && state.cooldown == 0;
  }
  const double value = figure_entry(followed_figure(spec)).higher_is_better ? -figure : figure;
  if (value < state.best - spec.value("min_delta")) {
    state.best = value;
    state.waited = 0;
  } else {
    state.waited += counts ? 1 : 0;
  }
  if (state.waited >= spec.steps("patience")) {
    ++state.cuts;
    state.waited = 0;
    state.cooldown = spec.steps("cooldown");
  }
  return state;
}

}  // namespace strata
