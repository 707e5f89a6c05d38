#include "cli/options/train_settings.h"

#include <utility>

#include "run/start.h"

namespace strata::cli {

TrainSettings shown_settings(RunSettings run, const Arguments& arguments) {
  TrainSettings settings{std::move(run)};
  settings.quiet = arguments.given("quiet");
  settings.json = arguments.given("json");
  settings.progress =
      settings.quiet ? ProgressStyle::none : entry_named(kProgressStyles, arguments.text("progress")).value;
  settings.expected = expectations(arguments);
  return settings;
}

TrainSettings train_settings(const Arguments& arguments) {
  return shown_settings(run_settings(arguments, starting_model(arguments)), arguments);
}

}  // namespace strata::cli
