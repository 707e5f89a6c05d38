#include <fmt/format.h>

#include <optional>

#include "cli/commands/commands.h"
#include "cli/options/choices.h"
#include "cli/options/options.h"
#include "cli/options/repeat_command.h"
#include "cli/shell/live_page.h"
#include "cli/shell/message.h"
#include "cli/shell/output.h"
#include "cli/shell/signals.h"
#include "cli/shell/sweep_progress.h"
#include "cli/text/data_notes.h"
#include "cli/text/find_lr_text.h"
#include "cli/text/help.h"
#include "io/json_text.h"
#include "kernels/instruction_set.h"
#include "live/rates_feed.h"
#include "run/find_lr.h"
#include "run/record.h"
#include "run/start.h"

namespace strata::cli {

namespace {

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
  kernels::require_instruction_set(settings.run.config.instruction_set);
  std::optional<LiveRates> live;
  if (const auto port = live_port(arguments)) {
    live.emplace(settings, command, *port);
    tell_live_page(live->address());
  }
  const DataSource source = run_data(settings.run);
  if (!quiet) {
    print_notes(training_notes(source));
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

Outcome run_find_lr(const std::vector<std::string>& words) {
  const Command command = find_lr_command();
  const Arguments arguments = parse_arguments(command, words);
  if (print_if_asked(command, arguments)) {
    return Outcome::done;
  }
  return naming_file(arguments, [&](const Arguments& all) {
    return find_lr(all, command_line("find-lr", without_config(command, all, words)));
  });
}

}  // namespace strata::cli
