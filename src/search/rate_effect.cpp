#include "search/rate_effect.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "core/number.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

/// All else than the rate that a run was given.
struct Block {
  Point setting;
  std::uint64_t seed = 0;

  friend bool operator<(const Block& a, const Block& b) {
    return std::tie(a.setting, a.seed) < std::tie(b.setting, b.seed);
  }
};

/// The figures of the runs with one rate.
using Figures = std::map<Block, double>;

/// The rates of one group with one optimizer, before they are compared.
struct Tried {
  std::map<double, RateTried> rates{};
  std::map<double, Figures> figures{};  ///< by rate; those completed
  std::set<Point> settings{};
  bool whole_network = false;
};

/// Where it stands in the report: groups from the input on, and the optimizers of each.
using Place = std::tuple<unsigned, std::string, std::string>;

constexpr std::string_view kRate = ".lr";

std::string group_of_rate(std::string_view axis) {
  return axis.ends_with(kRate) ? std::string(axis.substr(0, axis.size() - kRate.size())) : std::string();
}

Place place_of(const Point& point, const std::string& group) {
  return {parse_number<unsigned>(std::string_view(group).substr(0, group.find('-'))).value_or(0), group,
          std::string(value_at(point, group))};
}

bool has_one_group(const TrialRecord& run) {
  const Json upper_layers = run.options.value("upper_layers", Json());
  return upper_layers == 0 || upper_layers == "all";
}

void add(const TrialRecord& run, double rate, const Point& setting, Monitor monitor, Tried& tried) {
  RateTried& at = tried.rates[rate];
  at.rate = rate;
  ++at.runs;
  tried.whole_network = has_one_group(run);
  if (counts(run, monitor)) {
    ++at.completed;
    tried.figures[rate].insert_or_assign({setting, run.options.value("seed", std::uint64_t{0})},
                                         *best_value(run, monitor));
  } else {
    ++(run.status == TrialStatus::diverged ? at.diverged : at.failed);
  }
}

void add(const Candidate& candidate, Monitor monitor, std::map<Place, Tried>& all) {
  for (const auto& [axis, value] : candidate.point) {
    const std::string group = group_of_rate(axis);
    const auto rate = parse_number<double>(value);
    if (group.empty() || !rate) {
      continue;
    }
    Point setting = candidate.point;
    std::erase_if(setting, [&axis = axis](const auto& other) { return other.first == axis || other.first == "seed"; });
    Tried& tried = all[place_of(candidate.point, group)];
    for (const TrialRecord* run : candidate.runs) {
      add(*run, *rate, setting, monitor, tried);
    }
    tried.settings.insert(std::move(setting));
  }
}

/// Of candidates that were given different epochs though these are not varied: what each was given in the first round.
std::optional<std::uint32_t> epochs_of_first_round(std::span<const Candidate> candidates) {
  if (candidates.empty() || !value_at(candidates.front().point, "epochs").empty()) {
    return std::nullopt;
  }
  const auto [least, most] = std::ranges::minmax_element(candidates, {}, &Candidate::epochs);
  return least->epochs == most->epochs ? std::nullopt : std::optional(least->epochs);
}

/// Blocks that all of the rates have.
std::vector<Block> shared_blocks(const std::vector<const Figures*>& rates) {
  std::vector<Block> shared;
  for (const auto& [block, value] : *rates.front()) {
    if (std::ranges::all_of(rates, [&block = block](const Figures* rate) { return rate->contains(block); })) {
      shared.push_back(block);
    }
  }
  return shared;
}

/// The rates that have most of the blocks in common: the emptiest go until the others do, or two are left. Otherwise
/// one that mostly diverges would leave the few settings at which it does not.
std::vector<const Figures*> comparable(const std::map<double, Figures>& figures) {
  std::vector<const Figures*> rates;
  std::map<Block, std::size_t> holders;  // how many of the rates have each block
  for (const auto& [rate, own] : figures) {
    rates.push_back(&own);
    for (const auto& [block, value] : own) {
      ++holders[block];
    }
  }
  const auto shared = [&] {
    return static_cast<std::size_t>(
        std::ranges::count_if(holders, [&](const auto& block) { return block.second == rates.size(); }));
  };
  while (rates.size() > 2 && 2 * shared() < holders.size()) {
    const auto emptiest = std::min_element(rates.rbegin(), rates.rend(),
                                           [](const Figures* a, const Figures* b) { return a->size() < b->size(); });
    for (const auto& [block, value] : **emptiest) {
      if (--holders.at(block) == 0) {
        holders.erase(block);
      }
    }
    rates.erase(std::next(emptiest).base());
  }
  return rates;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

/// Sample variance of at least two values.
double variance(const std::vector<double>& values) {
  const double middle = mean(values);
  double squares = 0;
  for (const double value : values) {
    squares += (value - middle) * (value - middle);
  }
  return squares / (static_cast<double>(values.size()) - 1);
}

/// The 97.5th percentile of Student's t; from 10 degrees of freedom on by its expansion about the normal one.
double student_t(std::size_t degrees) {
  constexpr std::array kFirst{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262};
  const auto n = static_cast<double>(degrees);
  return degrees <= kFirst.size() ? kFirst[degrees - 1] : 1.96 + 2.372 / n + 2.823 / (n * n);
}

/// Means over the settings, a value a seed.
std::vector<double> by_seed(const Figures& figures, const std::vector<Block>& blocks) {
  std::map<std::uint64_t, std::vector<double>> seeds;
  for (const Block& block : blocks) {
    seeds[block.seed].push_back(figures.at(block));
  }
  std::vector<double> means;
  means.reserve(seeds.size());
  for (const auto& [seed, values] : seeds) {
    means.push_back(mean(values));
  }
  return means;
}

/// 0 for what is left of a difference of equal figures.
double without_rounding(double difference, double figure) {
  constexpr double kRounding = 1e-12;
  return std::abs(difference) <= kRounding * std::abs(figure) ? 0 : difference;
}

/// From the figures by seed at one rate to those at a larger one.
RateStep step_between(const std::vector<double>& from, const std::vector<double>& to) {
  std::vector<double> changes;
  for (std::size_t seed = 0; seed < from.size(); ++seed) {
    changes.push_back(to[seed] - from[seed]);
  }
  RateStep step{.change = without_rounding(mean(changes), mean(from))};
  if (changes.size() < 2) {
    return step;
  }
  const double error = std::sqrt(variance(changes) / static_cast<double>(changes.size()));
  step.interval = without_rounding(student_t(changes.size() - 1) * error, mean(from));
  const double size = std::abs(step.change);
  if (size > *step.interval) {
    step.verdict = RateVerdict::differs;
  } else if (size <= std::sqrt((variance(from) + variance(to)) / 2)) {  // as tied() has it
    step.verdict = RateVerdict::hardly;
  }
  return step;
}

/// Fills in what comparing gives.
void compare(const Tried& tried, Monitor monitor, RateEffect& effect) {
  const std::vector<const Figures*> rates = comparable(tried.figures);
  const std::vector<Block> blocks = rates.size() < 2 ? std::vector<Block>() : shared_blocks(rates);
  if (blocks.empty()) {
    return;
  }
  std::set<Point> settings;
  for (const Block& block : blocks) {
    settings.insert(block.setting);
  }
  effect.settings = settings.size();
  std::map<std::size_t, std::vector<double>> values;  // by seed; by place among the rates
  for (std::size_t i = 0; i < effect.rates.size(); ++i) {
    const auto found = tried.figures.find(effect.rates[i].rate);
    if (found != tried.figures.end() && std::ranges::find(rates, &found->second) != rates.end()) {
      values[i] = by_seed(found->second, blocks);
      effect.rates[i].value = mean(values[i]);
    }
  }
  effect.seeds = values.begin()->second.size();
  const auto better = [&](const auto& a, const auto& b) {
    return is_better(monitor, *effect.rates[a.first].value, *effect.rates[b.first].value);
  };
  const auto best = std::min_element(values.begin(), values.end(), better);
  const auto add_step = [&](const auto& from, const auto& to) {
    effect.steps.push_back(step_between(from.second, to.second));
    effect.steps.back().from = from.first;
    effect.steps.back().to = to.first;
  };
  if (best != values.begin()) {
    add_step(*std::max_element(values.begin(), best, better), *best);
  }
  if (std::next(best) != values.end()) {
    add_step(*best, *std::max_element(std::next(best), values.end(), better));
  }
}

// The sentence.

/// As few digits as one would write.
std::string short_text(double figure, int digits = 4) { return rounded_text(figure, digits); }

std::string place_text(const RateEffect& effect) {
  if (effect.whole_network) {
    return "";
  }
  if (effect.group == "lower" || effect.group == "upper") {
    return effect.group == "lower" ? "below" : "above";
  }
  return fmt::format("in layer{} {}", effect.group.find('-') == std::string::npos ? "" : "s", effect.group);
}

/// `with sgd below, `
std::string opening(const RateEffect& effect) {
  const std::string with = effect.optimizer.empty() ? "" : "with " + effect.optimizer;
  const std::string place = place_text(effect);
  return fmt::format("{}{}{}, ", with, with.empty() || place.empty() ? "" : " ", place);
}

/// `by 0.039 ± 0.004`
std::string size_text(const RateStep& step) {
  return fmt::format("by {} ± {}", short_text(std::abs(step.change), 2), short_text(step.interval.value_or(0), 2));
}

std::string step_text(const RateEffect& effect, const RateStep& step, Monitor monitor) {
  const RateTried& from = effect.rates[step.from];
  const RateTried& to = effect.rates[step.to];
  const std::string before = short_text(*from.value);
  const std::string after = short_text(*to.value);
  const std::string rates = fmt::format("{} to {}", short_text(from.rate), short_text(to.rate));
  const std::string times = from.rate > 0
                                ? fmt::format("{} times the rate ({})", short_text(to.rate / from.rate, 3), rates)
                                : "the rate " + rates;
  const std::string_view name = monitor_name(monitor);
  if (!step.interval) {
    return fmt::format("{} takes {} from {} to {}", times, name, before, after);
  }
  switch (step.verdict) {
    case RateVerdict::hardly:
      return fmt::format("the rate hardly matters from {}: {} {} to {}, {} over {} seeds", rates, name, before, after,
                         size_text(step), effect.seeds);
    case RateVerdict::open:
      return fmt::format("{} seeds cannot tell what {} does: {} {} to {}, {}", effect.seeds, times, name, before, after,
                         size_text(step));
    case RateVerdict::differs:
      break;
  }
  return fmt::format("{} {} {} from {} to {}, {} over {} seeds", times, step.change < 0 ? "lowers" : "raises", name,
                     before, after, size_text(step), effect.seeds);
}

/// If no step does anything, the largest one says so for all.
std::string steps_text(const RateEffect& effect, Monitor monitor) {
  const bool hardly =
      std::ranges::all_of(effect.steps, [](const RateStep& step) { return step.verdict == RateVerdict::hardly; });
  if (hardly) {
    return step_text(
        effect, *std::ranges::max_element(effect.steps, {}, [](const RateStep& step) { return std::abs(step.change); }),
        monitor);
  }
  std::vector<std::string> texts;
  for (const RateStep& step : effect.steps) {
    texts.push_back(step_text(effect, step, monitor));
  }
  return fmt::format("{}", fmt::join(texts, "; "));
}

/// In brackets: what the figures are means of, and how much they tell.
std::string remarks(const RateEffect& effect) {
  std::vector<std::string> texts;
  if (effect.settings_in_all > 1) {
    const std::string of = effect.settings < effect.settings_in_all ? fmt::format("{} of ", effect.settings) : "";
    texts.push_back(fmt::format("mean of {}{} settings of all else", of, effect.settings_in_all));
  }
  if (effect.epochs) {
    texts.push_back(fmt::format("after {} epoch{}", *effect.epochs, *effect.epochs == 1 ? "" : "s"));
  }
  if (effect.seeds == 1) {
    texts.emplace_back("one seed cannot tell whether that is chance");
  }
  return texts.empty() ? "" : fmt::format(" ({})", fmt::join(texts, "; "));
}

/// `; 8 of 48 runs diverged, at 0.1 to 1`
std::string unfinished(const RateEffect& effect, std::size_t RateTried::*how_many, std::string_view what) {
  std::size_t count = 0;
  std::size_t runs = 0;
  std::vector<double> rates;
  for (const RateTried& tried : effect.rates) {
    runs += tried.runs;
    count += tried.*how_many;
    if (tried.*how_many > 0) {
      rates.push_back(tried.rate);
    }
  }
  if (count == 0) {
    return "";
  }
  return fmt::format("; {} of {} runs {}, at {}{}", count, runs, what, short_text(rates.front()),
                     rates.size() > 1 ? " to " + short_text(rates.back()) : "");
}

/// Rates that have figures and are not compared.
std::string left_out(const RateEffect& effect) {
  std::vector<std::string> rates;
  for (const RateTried& tried : effect.rates) {
    if (tried.completed > 0 && !tried.value) {
      rates.push_back(short_text(tried.rate));
    }
  }
  return rates.empty() ? "" : fmt::format("; left out, for lack of runs to compare: {}", fmt::join(rates, ", "));
}

/// Whether there are figures at several rates, but none to compare.
bool is_unpaired(const RateEffect& effect) {
  return effect.steps.empty() &&
         std::ranges::count_if(effect.rates, [](const RateTried& tried) { return tried.completed > 0; }) > 1;
}

std::string sentence(const RateEffect& effect, Monitor monitor) {
  const std::string ends =
      unfinished(effect, &RateTried::diverged, "diverged") + unfinished(effect, &RateTried::failed, "failed");
  if (!effect.steps.empty()) {
    return opening(effect) + steps_text(effect, monitor) + remarks(effect) + ends + left_out(effect);
  }
  if (is_unpaired(effect)) {
    return opening(effect) + "no two completed trials differ by the rate alone" + ends;
  }
  const auto completed = std::ranges::find_if(effect.rates, [](const RateTried& tried) { return tried.completed > 0; });
  return opening(effect) +
         (completed == effect.rates.end() ? "no rate was completed"
                                          : fmt::format("{} alone was completed", short_text(completed->rate))) +
         ends;
}

Json rate_json(const RateTried& tried) {
  Json json{{"rate", tried.rate},
            {"runs", tried.runs},
            {"completed", tried.completed},
            {"diverged", tried.diverged},
            {"failed", tried.failed}};
  if (tried.value) {
    json["value"] = *tried.value;
  }
  return json;
}

Json step_json(const RateEffect& effect, const RateStep& step) {
  Json json{{"from", effect.rates[step.from].rate}, {"to", effect.rates[step.to].rate}, {"change", step.change}};
  if (step.interval) {
    json["interval"] = *step.interval;
  }
  json["verdict"] = verdict_name(step.verdict);
  return json;
}

}  // namespace

std::string_view verdict_name(RateVerdict verdict) {
  constexpr std::array<std::string_view, 3> kNames{"differs", "hardly", "open"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::vector<RateEffect> rate_effects(std::span<const Candidate> candidates, Monitor monitor) {
  std::map<Place, Tried> all;
  const std::optional<std::uint32_t> first_round = epochs_of_first_round(candidates);
  for (const Candidate& candidate : candidates) {
    if (!first_round || candidate.epochs == *first_round) {
      add(candidate, monitor, all);
    }
  }
  std::vector<RateEffect> effects;
  for (const auto& [place, tried] : all) {
    if (tried.rates.size() < 2) {
      continue;
    }
    RateEffect effect{.group = std::get<1>(place),
                      .optimizer = std::get<2>(place),
                      .whole_network = tried.whole_network,
                      .settings_in_all = tried.settings.size(),
                      .epochs = first_round};
    for (const auto& [rate, own] : tried.rates) {
      effect.rates.push_back(own);
    }
    compare(tried, monitor, effect);
    effects.push_back(std::move(effect));
  }
  return effects;
}

std::vector<std::string> rate_sentences(std::span<const RateEffect> effects, Monitor monitor) {
  if (effects.size() > 1 && std::ranges::all_of(effects, is_unpaired)) {
    return {"no two completed trials differ by one rate alone, so none tells what a rate does; a grid can"};
  }
  std::vector<std::string> sentences;
  for (const RateEffect& effect : effects) {
    sentences.push_back(sentence(effect, monitor));
  }
  return sentences;
}

Json to_json(std::span<const RateEffect> effects, Monitor monitor) {
  Json json = Json::array();
  for (const RateEffect& effect : effects) {
    Json one{{"group", effect.group}, {"optimizer", effect.optimizer}, {"sentence", sentence(effect, monitor)},
             {"seeds", effect.seeds}, {"settings", effect.settings},   {"settings_in_all", effect.settings_in_all}};
    if (effect.epochs) {
      one["epochs"] = *effect.epochs;
    }
    for (const RateTried& tried : effect.rates) {
      one["rates"].push_back(rate_json(tried));
    }
    one["steps"] = Json::array();
    for (const RateStep& step : effect.steps) {
      one["steps"].push_back(step_json(effect, step));
    }
    json.push_back(std::move(one));
  }
  return json;
}

}  // namespace strata
