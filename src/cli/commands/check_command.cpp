// strata check: trains a run's folder once more, and says whether the weights are those that it recorded.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "cli/options/option_values.h"
#include "cli/shell/progress.h"
#include "cli/shell/streams.h"
#include "core/error.h"
#include "engine/engine.h"
#include "report/json_files.h"
#include "run/training.h"
#include "settings/expectations.h"

namespace strata::cli {

namespace {

namespace fs = std::filesystem;

fs::path folder_of(const Arguments& arguments) {
  if (arguments.operands().size() != 1) {
    throw usage_error("strata check expects one RUN, the folder of a run; found {}", arguments.operands().size());
  }
  fs::path folder = arguments.operands().front();
  std::error_code ignored;
  if (!fs::exists(folder / "config.json", ignored)) {
    throw data_error("{}: has no config.json; expected the folder of a run, as strata train --run-dir makes it",
                     folder.string());
  }
  const auto kind = read_json_object(folder / "config.json").value("kind", nlohmann::ordered_json("run"));
  if (kind != "run" && kind != "train") {
    throw usage_error("{}: this is the folder of a {}; strata check repeats runs, such as the best/ of a sweep",
                      folder.string(), kind.dump());
  }
  return folder;
}

/// The hash that is asked for, or else the one that the folder has.
std::string expected_hash(const Arguments& arguments, const fs::path& folder) {
  if (arguments.given("hash")) {
    return weights_hash_of("hash", arguments.text("hash"));
  }
  std::string hash = recorded_hash(folder);
  if (hash.empty()) {
    throw data_error("{}: the run has no result, so no hash to come to; give --hash", folder.string());
  }
  return hash;
}

/// The run's settings, as --config would read them.
TrainSettings settings_of(const Arguments& arguments, const fs::path& folder) {
  std::vector<std::string> words{"--config", (folder / "config.json").string()};
  for (const std::string_view option : {"threads", "progress"}) {
    if (arguments.given(option)) {
      words.insert(words.end(), {fmt::format("--{}", option), arguments.text(option)});
    }
  }
  if (arguments.given("quiet")) {
    words.emplace_back("--quiet");
  }
  const Command train = train_command();
  return naming_file(parse_arguments(train, words), train_settings);
}

RunResult repeated(const TrainSettings& settings) {
  require_cpu(settings.config);
  Progress progress(settings.progress);
  std::vector<Observer*> observers;
  if (settings.progress != ProgressStyle::none) {
    observers.push_back(&progress);
  }
  return repeat_run(settings, observers);
}

void print(const Arguments& arguments, const std::string& expected, const std::string& hash) {
  const bool repeats = hash == expected;
  if (arguments.given("json")) {
    write_json_line({{"repeats", repeats}, {"weights_hash", hash}, {"expected", expected}});
  } else if (repeats) {
    write_stdout(fmt::format("repeats weights {}\n", hash));
  } else {
    write_stdout(fmt::format("differs weights {}, expected {}\n", hash, expected));
  }
}

}  // namespace

Outcome run_check(const CommandLine& line) {
  const Arguments& arguments = line.arguments;
  const fs::path folder = folder_of(arguments);
  const std::string expected = expected_hash(arguments, folder);
  const std::string hash = repeated(settings_of(arguments, folder)).weights_hash;
  print(arguments, expected, hash);
  return hash == expected ? Outcome::done : Outcome::unexpected;
}

}  // namespace strata::cli
