// The options of the commands that train many times: sweep, find-lr, bench.
#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "cli/options/options.h"
#include "run/search_options.h"

namespace strata::cli {

namespace {

constexpr std::string_view kMeasured = "What to measure";

/// train's options that shape a run, without `left_out`, and the common ones.
std::vector<Option> shared_options(std::span<const std::string_view> left_out) {
  constexpr std::array<std::string_view, 9> kShared{"tensorboard", "progress", "live", "config", "threads",
                                                    "quiet",       "json",     "help", "version"};
  std::vector<Option> options;
  for (Option& option : train_command().options) {
    if ((option.shapes_run || is_one_of(option.name, kShared)) && !is_one_of(option.name, left_out)) {
      options.push_back(std::move(option));
    }
  }
  return options;
}

/// A range test takes no event files either.
std::vector<Option> range_shared() {
  std::vector<Option> options = shared_options(kNotOfRangeTests);
  std::erase_if(options, [](const Option& option) { return option.name == "tensorboard"; });
  return options;
}

Option& named(std::vector<Option>& options, std::string_view name) {
  return *std::ranges::find(options, name, &Option::name);
}

/// What files have of a list.
Member list_of(std::string_view type) { return {.schema = {{"type", "array"}, {"items", {{"type", type}}}}}; }

/// Lists of what train takes one of: every one is measured with every other.
std::vector<Option> measured_options() {
  return {
      {.name = "batch-size",
       .value = "N,N,…",
       .fallback = "32,128,1024",
       .heading = kMeasured,
       .help = "rows in a step; more rows a step are more samples a second, but fewer steps an epoch learn from",
       .member = list_of("integer")},
      {.name = "threads",
       .value = "N,N,…",
       .fallback_note = "1, 2, 4, … and what affinity and the cgroup quota allow",
       .heading = kMeasured,
       .help = "threads that compute",
       .member = list_of("integer")},
      {.name = "engine",
       .value = "NAME,NAME,…",
       .fallback_note = "panels,onednn",
       .heading = kMeasured,
       .help = "who computes, as train's; auto is the one of them that train takes",
       .member = list_of("string")},
      {.name = "precision",
       .value = "NAME,NAME,…",
       .fallback_note = "f32, and bf16 where the CPU has it",
       .heading = kMeasured,
       .help = "f32, bf16; panels computes in f32 alone",
       .member = list_of("string")},
      {.name = "max-time",
       .value = "T",
       .fallback = "45s",
       .heading = kMeasured,
       .help = "about how long to measure, at most, such as 10s or 2m; two steps of each are made all the same"},
  };
}

Option run_dir(std::string_view help) { return {.name = "run-dir", .value = "DIR", .heading = kOutput, .help = help}; }

/// `own` first, which all but --jobs shape the run, then `shared`, with the folder among the output options.
Command command(std::string_view name, std::string_view summary, std::vector<Option> own, std::vector<Option> shared,
                Option folder) {
  const auto output = std::ranges::find(shared, kOutput, &Option::heading);
  shared.insert(output, std::move(folder));
  own.insert(own.end(), std::make_move_iterator(shared.begin()), std::make_move_iterator(shared.end()));
  drop_strange_contradictions(own);
  return {.name = name, .summary = summary, .options = std::move(own)};
}

}  // namespace

Command sweep_command() {
  std::vector<Option> shared = shared_options(kNotOfSweeps);
  named(shared, "lower").repeatable = true;
  named(shared, "upper").repeatable = true;
  Command sweep =
      command("sweep", "train many models, compare them", own_sweep_options(), std::move(shared),
              run_dir("where the sweep keeps its trials, the best one's run folder and report.html; started again "
                      "there, it runs only what is missing"));
  sweep.ranks_share = "the trials";
  return sweep;
}

Command find_lr_command() {
  return command("find-lr", "learning-rate range test for each group", own_range_options(), range_shared(),
                 run_dir("a new folder for config.json, find_lr.json and report.html"));
}

Command bench_command() {
  std::vector<Option> options = measured_options();
  constexpr std::array<std::string_view, 23> kNotMeasured{
      "batch-size",        "threads",          "engine",      "precision",
      "max-time",          "epochs",           "max-steps",   "early-stopping",
      "min-delta",         "start-epoch",      "monitor",     "restore-best",
      "diagnose",          "validation-split", "split",       "validation-data",
      "validation-labels", "test-data",        "test-labels", "threshold",
      "progress",          "tensorboard",      "live"};
  for (Option& option : shared_options(kNotMeasured)) {
    options.push_back(std::move(option));
  }
  drop_strange_contradictions(options);
  return {.name = "bench", .summary = "how fast a network trains here", .options = std::move(options)};
}

}  // namespace strata::cli
