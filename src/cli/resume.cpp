#include "cli/resume.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/message.h"
#include "cli/options.h"
#include "cli/repeat_command.h"
#include "cli/starting_model.h"
#include "cli/training.h"
#include "core/error.h"
#include "data/data_hash.h"
#include "io/checkpoint_folder.h"
#include "report/json_files.h"
#include "train/run_setup.h"

namespace strata::cli {

namespace {

using Json = nlohmann::ordered_json;
using Names = std::set<std::string, std::less<>>;

/// Neither weights nor anything else that a run comes to depends on them: the data are known by their hash.
const Names kFreePaths{"data", "validation_data", "test_data"};
/// Only when a run ends depends on them, unless a schedule follows its length.
const Names kLength{"epochs", "max_steps", "max_time"};
/// Bits depend on them in the onednn engine only.
const Names kMachine{"threads", "isa"};

bool by_onednn(const RunIdentity& run) { return run.engine.starts_with("onednn"); }

Json config_of(const RunFolder& folder) {
  Json config = read_json_object(folder.config());
  const Json kind = config.value("kind", Json("run"));
  if (kind == "sweep") {
    throw usage_error(
        "--resume: {} is the folder of a sweep; start the same strata sweep command again, which goes on "
        "with the trials that are missing",
        folder.path().string());
  }
  if (kind != "run") {
    throw usage_error("--resume: {} is the folder of a {}; start that again, in a new folder", folder.path().string(),
                      kind.dump());
  }
  return config;
}

std::string text_of(const Json& config, const std::string& key) {
  if (!config.contains(key)) {
    return "none";
  }
  const Json& value = config.at(key);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// `--batch-size 32 -> 64`, for each option but those in `free`.
std::vector<std::string> differences(const Json& before, const Json& now, const Names& free) {
  std::vector<std::string> texts;
  const auto compare = [&](const std::string& key) {
    const std::string old_text = text_of(before, key);
    const std::string new_text = text_of(now, key);
    if (!free.contains(key) && old_text != new_text) {
      std::string name = key;
      std::ranges::replace(name, '_', '-');
      texts.push_back(fmt::format("--{} {} -> {}", name, old_text, new_text));
    }
  };
  for (const auto& [key, value] : before.items()) {
    compare(key);
  }
  for (const auto& [key, value] : now.items()) {
    if (!before.contains(key)) {
      compare(key);
    }
  }
  return texts;
}

/// Throws Error(data) if a checkpoint belongs to another run than the folder.
void check_owner(const CheckpointFile& file, const Json& config) {
  Names free{"strata_version", "command"};
  for (const Names& names : {kFreePaths, kLength, kMachine}) {
    free.insert(names.begin(), names.end());
  }
  const auto differing = differences(config, file.content().identity.config, free);
  if (!differing.empty()) {
    throw data_error("{}: it is the checkpoint of another run than config.json's: {}", file.name(),
                     fmt::join(differing, ", "));
  }
}

/// The last checkpoint that can be read; says which ones cannot.
CheckpointFile last_checkpoint(const RunFolder& folder, const Json& config, bool quiet) {
  const CheckpointFolder checkpoints(folder.checkpoints());
  const std::vector<std::uint64_t> steps = checkpoints.steps();
  std::string faults;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    try {
      CheckpointFile file(checkpoints.file(*step));
      check_owner(file, config);
      if (!faults.empty() && !quiet) {
        print_warning(fmt::format("{}; going on from step {} instead, so that {} steps are trained again", faults,
                                  *step, steps.back() - *step));
      }
      return file;
    } catch (const Error& error) {
      faults += (faults.empty() ? "" : "; ") + std::string(error.what());
    }
  }
  if (steps.empty()) {
    throw data_error("{}: holds no checkpoint; the run ended before its first one, so start it again in a new folder",
                     checkpoints.path().string());
  }
  throw data_error("{}; no other checkpoint can be read, so start the run again in a new folder", faults);
}

/// The options of the run, less those that the command line gives anew, then these.
std::vector<std::string> merged_words(const RunFolder& folder, const RunIdentity& run, const Arguments& arguments) {
  std::vector<Option> options = train_command().options;
  std::vector<Option> kept = options;
  std::erase_if(kept, [&](const Option& option) { return !option.lasts || arguments.given(option.name); });
  std::erase_if(options, [](const Option& option) { return option.name == "resume" || option.name == "config"; });
  std::vector<std::string> words = words_given(kept, parse_arguments(train_command(), run.words));
  const std::vector<std::string> given = words_given(options, arguments);
  words.insert(words.end(), given.begin(), given.end());
  words.insert(words.end(), {"--run-dir", folder.path().string()});
  return words;
}

/// What may differ between the parts of one run.
Names free_options(const TrainConfig& config, const RunIdentity& run) {
  Names free = kFreePaths;
  if (std::ranges::none_of(config.groups, [](const auto& group) { return needs_horizon(group.optimizer.schedule); })) {
    free.insert(kLength.begin(), kLength.end());
  }
  if (!by_onednn(run)) {
    free.insert(kMachine.begin(), kMachine.end());
  }
  return free;
}

TrainSettings resumed_settings(const RunFolder& folder, const RunIdentity& run, const Arguments& arguments) {
  TrainSettings settings = train_settings(parse_arguments(train_command(), merged_words(folder, run, arguments)));
  const auto changed = differences(run.config, config_json(settings), free_options(settings.config, run));
  if (!changed.empty()) {
    throw usage_error("--resume: {}; these would change what the run computes: leave them out, or start a new run",
                      fmt::join(changed, ", "));
  }
  return settings;
}

/// The last line of the run's metrics, which is its result if it has ended; empty if it cannot be read.
Json last_metrics(const RunFolder& folder) {
  std::ifstream in(folder.metrics());
  std::string last;
  for (std::string line; std::getline(in, line); last.swap(line)) {
  }
  Json json = Json::parse(last, nullptr, false);
  return json.is_object() ? json : Json::object();
}

/// Throws Error(usage) if the run has diverged and would again: its steps are always the same.
void check_not_diverged(const RunFolder& folder, const TrainConfig& config) {
  const Json result = last_metrics(folder);
  if (result.value("status", Json()) != "diverged" || !result.value("steps", Json()).is_number_unsigned()) {
    return;
  }
  const auto steps = result.at("steps").get<std::uint64_t>();
  if (!config.max_steps || *config.max_steps >= steps) {
    throw usage_error(
        "--resume: the run in {} diverged at step {}, and would again: its steps are the same each time; start a new "
        "run with smaller learning rates, or end this one before by --max-steps {}",
        folder.path().string(), steps, steps - 1);
  }
}

}  // namespace

ResumedRun open_resumed_run(const Arguments& arguments, bool holds) {
  RunFolder folder =
      holds ? RunFolder::existing(arguments.text("resume")) : RunFolder::of_other(arguments.text("resume"));
  CheckpointFile checkpoint = last_checkpoint(folder, config_of(folder), !holds || arguments.given("quiet"));
  TrainSettings settings = resumed_settings(folder, checkpoint.content().identity, arguments);
  check_not_diverged(folder, settings.config);
  return {std::move(folder), std::move(checkpoint), std::move(settings)};
}

Trainer make_resumed_trainer(const ResumedRun& run, const DataSource& source) {
  const TrainSettings& settings = run.settings;
  const RunIdentity& identity = run.checkpoint.content().identity;
  if (data_hash(source) != identity.data_hash) {
    throw data_error("{}: the data are not those that the run was started with; restore them, or start a new run",
                     settings.request.data.string());
  }
  RunSnapshot snapshot = run.checkpoint.snapshot(model_for(settings.config, source), settings.config.groups);
  Trainer trainer(settings.config, source, &snapshot.parameters, starting_scaler(settings));
  const std::string engine = trainer.engine_name();
  if (by_onednn(identity) != engine.starts_with("onednn")) {
    throw usage_error("--resume: {} computed this run, but here it would be {}; give another --isa, or another CPU",
                      identity.engine, engine);
  }
  if (engine != identity.engine && !settings.quiet) {
    print_warning(
        fmt::format("{} computed this run, {} goes on with it; their bits may differ", identity.engine, engine));
  }
  try {
    trainer.resume(std::move(snapshot));
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("{}: {}", run.checkpoint.name(), error.what()));
  }
  return trainer;
}

}  // namespace strata::cli
