// strata find-lr: run/find_lr.h's range tests, as they go on and as a table, JSON or a folder.
#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "cli/commands/commands.h"
#include "cli/options/option_values.h"
#include "cli/options/options.h"
#include "cli/options/repeat_command.h"
#include "cli/shell/progress.h"
#include "cli/shell/signals.h"
#include "cli/shell/streams.h"
#include "cli/text/option_text.h"
#include "core/figure.h"
#include "io/input_files.h"
#include "io/json_text.h"
#include "live/rates_feed.h"
#include "run/data_notes.h"
#include "run/find_lr.h"
#include "run/record.h"
#include "run/start.h"
#include "settings/choices.h"

namespace strata::cli {

namespace {

constexpr std::size_t kShownRates = 16;  ///< rates shown of a test

std::string short_rate(double rate) { return fmt::format("{:.2g}", rate); }

std::string suggestion_text(const GroupRange& group) {
  if (group.suggestion.rate > 0) {
    const bool tenth = suggested_share(group.optimizer) >= 0.1;
    return fmt::format("{}: try lr={}, a {} of {}, above which the loss rises\n", group.test.group,
                       rate_text(group.suggestion.rate), tenth ? "tenth" : "hundredth",
                       rate_text(group.suggestion.limit));
  }
  return fmt::format("{}: no suggestion: {}\n", group.test.group, as_options(group.suggestion.reason));
}

std::string table(const RangeTest& test) {
  std::string text = fmt::format("{:>8}  {:>8}  {:>8}  {:>8}\n", "rate", "loss", "lr=0", "gain");
  const std::size_t count = test.rates.size();
  const std::size_t rows = std::min(count, kShownRates);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t i = rows < 2 ? 0 : row * (count - 1) / (rows - 1);
    text += fmt::format("{:>8}  {:>8}  {:>8}  {:>8}\n", short_rate(test.rates[i]), figure_text(test.smoothed[i]),
                        figure_text(test.control[i]), figure_text(test.control[i] - test.smoothed[i]));
  }
  return text;
}

std::string range_text(const std::vector<GroupRange>& groups) {
  std::string text;
  for (const GroupRange& group : groups) {
    text += fmt::format("{}, {}: smoothed loss by rate, and of the same batches without training it\n",
                        group.test.group, group.optimizer.name());
    text += table(group.test);
  }
  for (const GroupRange& group : groups) {
    text += suggestion_text(group);
  }
  return text;
}

std::string map_text(const RateMap& map) {
  const std::size_t best = map.lowest();
  std::string text = fmt::format("{} by rate of {} (rows) and {} (columns); * is the lowest, - diverged\n", map.figure,
                                 map.groups[0], map.groups[1]);
  text += fmt::format("{:>9}", "");
  for (const double rate : map.second) {
    text += fmt::format("  {:>9}", short_rate(rate));
  }
  text += '\n';
  for (std::size_t row = 0; row < map.first.size(); ++row) {
    text += fmt::format("{:>9}", short_rate(map.first[row]));
    for (std::size_t column = 0; column < map.second.size(); ++column) {
      const double value = map.at(row, column);
      const bool is_best = row * map.second.size() + column == best;
      text += fmt::format("  {:>9}", std::isfinite(value) ? figure_text(value) + (is_best ? "*" : "") : "-");
    }
    text += '\n';
  }
  if (best == map.values.size()) {
    return text + "every run diverged; try lower --rates\n";
  }
  return text + fmt::format("lowest: {} lr={}, {} lr={}\n", map.groups[0],
                            rate_text(map.first[best / map.second.size()]), map.groups[1],
                            rate_text(map.second[best % map.second.size()]));
}

/// Some of the rates with their losses, and what is suggested; or the map.
std::string rates_text(const FoundRates& found) { return found.map ? map_text(*found.map) : range_text(found.groups); }

void check_outputs(const RunSettings& settings) {
  check_stdout(files_read(settings));
  if (settings.run_dir) {
    static_cast<void>(stored_config(settings));  // whether files can name what is read
  }
}

Outcome stopped(bool quiet, int signal) {
  if (!quiet) {
    print_notes(fmt::format("stopped by {}\n", signal_name(signal)));
  }
  return stopped_by(signal);
}

Outcome find_lr(const Arguments& arguments, const std::string& command) {
  const FindLrSettings settings = find_lr_settings(arguments);
  const bool quiet = arguments.given("quiet");
  check_outputs(settings.run);
  require_cpu(settings.run.config);
  std::optional<LiveRates> live;
  if (const auto port = live_port(arguments)) {
    live.emplace(settings, command, *port);
    print_live_page(live->address());
  }
  const DataSource source = run_data(settings.run);
  if (!quiet) {
    print_notes(as_options(training_notes(source)));
  }
  const StopSignals signals;  // a run folder has all of its files, or is not there
  SweepProgress progress(quiet ? ProgressStyle::none : entry_named(kProgressStyles, arguments.text("progress")).value,
                         settings.run.config.monitor);
  RatesListener nobody;
  RatesListener& listener = live ? live->listener() : nobody;
  const FoundRates found = find_rates(settings, source, progress, listener, [&] { return signals.received() != 0; });
  if (live) {
    live->finish();
  }
  if (signals.received() != 0) {
    return stopped(quiet, signals.received());
  }
  std::string text = rates_text(found);
  if (settings.run.run_dir) {
    text += fmt::format("report: {}\n", keep_rates(settings, found, command).string());
  }
  signals.end_at_once();
  write_stdout(arguments.given("json") ? json_text(to_json(found)) + "\n" : text);
  return signals.received() != 0 ? stopped(quiet, signals.received()) : Outcome::done;
}

}  // namespace

Outcome run_find_lr(const CommandLine& line) {
  return naming_file(line.arguments, [&](const Arguments& all) {
    return find_lr(all, command_line("find-lr", without_config(line.command, all, line.words)));
  });
}

}  // namespace strata::cli
