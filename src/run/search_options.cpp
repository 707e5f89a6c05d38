#include "run/search_options.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/number.h"
#include "run/sweep_settings.h"
#include "settings/choices.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSweep = "Sweep";
constexpr std::string_view kRange = "Range test";

/// A text, or a list of what it says.
Json text_or_list(const Json& elements) {
  return {{"oneOf", {{{"type", "string"}}, {{"type", "array"}, {"items", elements}}}}};
}

/// Rates: a text, or a list of numbers, or of texts such as a range.
Json rates_schema() {
  Json rate = Positive().schema();
  rate["type"] = {"number", "string"};
  return text_or_list(rate);
}

std::vector<Option> own_options_of_sweep() {
  constexpr std::string_view kGroups = "groups are given by ‹group›, or as lower and upper layers";
  Option strategy =
      choice("strategy", kStrategies, "grid", kSweep,
             "grid: every combination; random: draws, of a range of rates log-uniformly; halving: short runs of all, "
             "longer ones of the best (of draws with ‹trials›, else of the grid)");
  strategy.member.schema = OneOf{&kStrategies}.schema();
  return {
      {.name = "lower-lr",
       .value = "LIST",
       .heading = kSweep,
       .help = "learning rates of every ‹lower›: a,b,c, or a..b:n, n values evenly spaced in the logarithm; for draws "
               "a..b will do",
       .contradicts = {{.option = "group", .reason = kGroups}},
       .member = {.schema = rates_schema()}},
      {.name = "upper-lr",
       .value = "LIST",
       .heading = kSweep,
       .help = "learning rates of every ‹upper›",
       .contradicts = {{.option = "group", .reason = kGroups}},
       .member = {.schema = rates_schema()}},
      {.name = "vary",
       .value = "NAME=V|V|…",
       .heading = kSweep,
       .help =
           "values of an option of train, or of an optimizer's key as lower.momentum, or 0-1.lr of a ‹group› 0-1:…; "
           "any "
           "number of times; none leaves out an option that is off by default. A key that an optimizer lacks is not "
           "crossed for it; combinations that make no sense are left out",
       .repeatable = true,
       .member = {.schema = text_or_list({{"type", "string"}})}},
      std::move(strategy),
      {.name = "trials",
       .value = "N",
       .heading = kSweep,
       .help = "how many draws (random, halving)",
       .member = {.schema = kTrials.schema()}},
      {.name = "eta",
       .value = "N",
       .fallback = "3",
       .heading = kSweep,
       .help = "halving: each round keeps one of N and trains it N times as long",
       .member = {.schema = kEta.schema()}},
      {.name = "seeds",
       .value = "N",
       .fallback = "1",
       .heading = kSweep,
       .help = "repeat everything with N seeds, ‹seed› and those that follow it; what differs by less than they do is "
               "called a tie",
       .member = {.schema = kSeeds.schema()}},
      {.name = "jobs",
       .value = "N",
       .fallback_note = "‹threads›",
       .heading = kSweep,
       .help = "trials at once, each in one thread; under mpirun on each rank, by default its share of the cores; the "
               "results do not depend on it",
       .member = {.schema = kJobs.schema()}},
  };
}

std::vector<Option> own_options_of_range_test() {
  return {
      {.name = "rates",
       .value = "A..B",
       .fallback = "1e-6..10",
       .heading = kRange,
       .help = "learning rates to test, rising from A to B by the same factor at each step",
       .member = {.schema = Text().schema()}},
      {.name = "steps",
       .value = "N",
       .fallback = "400",
       .heading = kRange,
       .help = "steps of each of a test's three runs, which have as many seeds",
       .member = {.schema = kTestSteps.schema()}},
      {.name = "map",
       .heading = kRange,
       .help = "train briefly with each pair of a lower and an upper rate instead",
       .member = {.schema = Flag().schema()}},
      {.name = "points",
       .value = "N",
       .fallback = "7",
       .heading = kRange,
       .help = "‹map›: rates of each group",
       .member = {.schema = kPoints.schema()}},
      {.name = "jobs",
       .value = "N",
       .fallback_note = "‹threads›",
       .heading = kRange,
       .help = "runs at once, each in one thread; the results do not depend on it",
       .member = {.schema = kJobs.schema()}},
  };
}

/// All but the number of jobs decide what is computed. Their schemas get their defaults.
std::vector<Option> completed(std::vector<Option> own) {
  for (Option& option : own) {
    option.shapes_run = option.name != "jobs";
    if (!option.fallback.empty()) {
      const auto number = parse_number<std::uint64_t>(option.fallback);
      option.member.schema["default"] = number ? Json(*number) : Json(option.fallback);
    }
  }
  return own;
}

std::vector<Option> with_run_options(std::vector<Option> options, std::span<const std::string_view> left_out) {
  for (const Option& option : run_options()) {
    if (is_recorded(option) && std::ranges::find(left_out, option.name) == left_out.end()) {
      options.push_back(option);
    }
  }
  drop_strange_contradictions(options);
  return options;
}

std::vector<Option> all_options_of_sweep() {
  std::vector<Option> options = with_run_options(own_sweep_options(), kNotOfSweeps);
  for (const char* name : {"lower", "upper"}) {
    Option& several = *std::ranges::find(options, name, &Option::name);
    several.repeatable = true;
    const Json one = std::exchange(several.member.schema, text_or_list({{"type", "string"}}));
    several.member.schema["default"] = one.at("default");
  }
  return options;
}

}  // namespace

void drop_strange_contradictions(std::vector<Option>& options) {
  for (Option& option : options) {
    std::erase_if(option.contradicts, [&](const Contradiction& other) {
      return std::ranges::find(options, other.option, &Option::name) == options.end();
    });
  }
}

std::vector<Option> own_sweep_options() { return completed(own_options_of_sweep()); }
std::vector<Option> own_range_options() { return completed(own_options_of_range_test()); }

const std::vector<Option>& sweep_options() {
  static const std::vector<Option> options = all_options_of_sweep();
  return options;
}

const std::vector<Option>& range_options() {
  static const std::vector<Option> options = with_run_options(own_range_options(), kNotOfRangeTests);
  return options;
}

}  // namespace strata
