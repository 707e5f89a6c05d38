#include "cli/sweep_options.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "cli/choices.h"

namespace strata::cli {

namespace {

constexpr std::string_view kSweep = "Sweep";
constexpr std::string_view kRange = "Range test";
constexpr std::string_view kOutput = "Output";

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// train's options that shape a run, without `left_out`, and the common ones.
std::vector<Option> shared_options(std::initializer_list<std::string_view> left_out) {
  std::vector<Option> options;
  for (Option& option : train_command().options) {
    if ((option.shapes_run || is_one_of(option.name, {"tensorboard", "progress", "config", "threads", "quiet", "json",
                                                      "help", "version"})) &&
        !is_one_of(option.name, left_out)) {
      options.push_back(std::move(option));
    }
  }
  return options;
}

Option& named(std::vector<Option>& options, std::string_view name) {
  return *std::ranges::find(options, name, &Option::name);
}

/// Options that the command lacks cannot contradict those that it has.
void drop_strange_contradictions(std::vector<Option>& options) {
  for (Option& option : options) {
    std::erase_if(option.contradicts, [&](const Contradiction& other) {
      return std::ranges::find(options, other.option, &Option::name) == options.end();
    });
  }
}

std::vector<Option> sweep_options() {
  constexpr std::string_view kGroups = "groups are given by --group, or as lower and upper layers";
  Option strategy =
      choice("strategy", kStrategies, "grid", kSweep,
             "grid: every combination; random: draws, of a range of rates log-uniformly; halving: short runs of all, "
             "longer ones of the best (of draws with --trials, else of the grid)");
  return {
      {.name = "lower-lr",
       .value = "LIST",
       .heading = kSweep,
       .help = "learning rates of every --lower: a,b,c, or a..b:n, n values evenly spaced in the logarithm; for draws "
               "a..b will do",
       .contradicts = {{.option = "group", .reason = kGroups}}},
      {.name = "upper-lr",
       .value = "LIST",
       .heading = kSweep,
       .help = "learning rates of every --upper",
       .contradicts = {{.option = "group", .reason = kGroups}}},
      {.name = "vary",
       .value = "NAME=V|V|…",
       .heading = kSweep,
       .help = "values of an option of train, or of an optimizer's key as lower.momentum; any number of times. A key "
               "that an optimizer lacks is not crossed for it",
       .repeatable = true},
      std::move(strategy),
      {.name = "trials", .value = "N", .heading = kSweep, .help = "how many draws (random, halving)"},
      {.name = "eta",
       .value = "N",
       .fallback = "3",
       .heading = kSweep,
       .help = "halving: each round keeps one of N and trains it N times as long"},
      {.name = "seeds",
       .value = "N",
       .fallback = "1",
       .heading = kSweep,
       .help = "repeat everything with N seeds, --seed and those that follow it; what differs by less than they do is "
               "called a tie"},
      {.name = "jobs",
       .value = "N",
       .fallback_note = "--threads",
       .heading = kSweep,
       .help = "trials at once, each in one thread; under mpirun on each rank, by default its share of the cores; the "
               "results do not depend on it"},
  };
}

std::vector<Option> range_options() {
  return {
      {.name = "rates",
       .value = "A..B",
       .fallback = "1e-6..10",
       .heading = kRange,
       .help = "learning rates to test, rising from A to B by the same factor at each step"},
      {.name = "steps", .value = "N", .fallback = "400", .heading = kRange, .help = "steps of each test"},
      {.name = "map", .heading = kRange, .help = "train briefly with each pair of a lower and an upper rate instead"},
      {.name = "points", .value = "N", .fallback = "7", .heading = kRange, .help = "--map: rates of each group"},
      {.name = "jobs",
       .value = "N",
       .fallback_note = "--threads",
       .heading = kRange,
       .help = "runs at once, each in one thread; the results do not depend on it"},
  };
}

Option run_dir(std::string_view help) { return {.name = "run-dir", .value = "DIR", .heading = kOutput, .help = help}; }

/// `own` first, which all but --jobs shape the run, then `shared`, with the folder among the output options.
Command command(std::string_view name, std::string_view summary, std::vector<Option> own, std::vector<Option> shared,
                Option folder) {
  const auto output = std::ranges::find(shared, kOutput, &Option::heading);
  shared.insert(output, std::move(folder));
  for (Option& option : own) {
    option.shapes_run = option.name != "jobs";
  }
  own.insert(own.end(), std::make_move_iterator(shared.begin()), std::make_move_iterator(shared.end()));
  drop_strange_contradictions(own);
  return {.name = name, .summary = summary, .options = std::move(own)};
}

}  // namespace

Command sweep_command() {
  std::vector<Option> shared = shared_options({"max-time"});
  named(shared, "lower").repeatable = true;
  named(shared, "upper").repeatable = true;
  Command sweep =
      command("sweep", "train many models, compare them", sweep_options(), std::move(shared),
              run_dir("where the sweep keeps its trials, the best one's run folder and report.html; started again "
                      "there, it runs only what is missing"));
  sweep.ranks_share = "the trials";
  return sweep;
}

Command find_lr_command() {
  return command("find-lr", "learning-rate range test for each group", range_options(),
                 shared_options({"epochs", "max-steps", "max-time", "early-stopping", "monitor", "restore-best",
                                 "checkpoint-every", "tensorboard"}),
                 run_dir("a new folder for config.json, find_lr.json and report.html"));
}

}  // namespace strata::cli
