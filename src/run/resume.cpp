#include "run/resume.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/field.h"
#include "data/data_source.h"
#include "dist/together.h"
#include "io/checkpoint_folder.h"
#include "report/json_files.h"
#include "run/ranks.h"
#include "run/start.h"
#include "settings/option.h"
#include "settings/settings_json.h"
#include "train/run_setup.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;
bool by_onednn(const RunIdentity& run) { return run.engine.starts_with("onednn"); }

Json config_of(const RunFolder& folder) {
  Json config = read_json_object(folder.config());
  const Json kind = config.value("kind", Json("run"));
  if (kind == "sweep") {
    throw usage_error(
        "‹resume›: {} is the folder of a sweep; start the same strata sweep command again, which goes on "
        "with the trials that are missing",
        folder.path().string());
  }
  if (kind != "run") {
    throw usage_error("‹resume›: {} is the folder of a {}; start that again, in a new folder", folder.path().string(),
                      kind.dump());
  }
  return config;
}

std::string joined(const std::vector<Difference>& all) {
  std::vector<std::string> texts;
  std::ranges::transform(all, std::back_inserter(texts), &Difference::text);
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// What the checkpoint says of its run, with what was changed by hand since it was begun.
Json config_of(const CheckpointFile& file, const std::vector<RecordedRate>& rates) {
  Json config = file.content().identity.config;
  set_recorded_rates(config, rates);
  return config;
}

/// Throws Error(data) if a checkpoint belongs to another run than the folder.
void check_owner(const CheckpointFile& file, const Json& config, const std::vector<RecordedRate>& rates) {
  // Versions up to 0.1.0 kept paths as they were typed.
  Keys free{"strata_version", "command", "initial_weights"};
  for (const WhenResumed change :
       {WhenResumed::moved, WhenResumed::length, WhenResumed::patience, WhenResumed::machine}) {
    free.merge(keys_of(change));
  }
  const auto differing = differences(config, config_of(file, rates), free);
  if (!differing.empty()) {
    throw data_error("{}: it is the checkpoint of another run than config.json's: {}", file.name(), joined(differing));
  }
}

/// The last checkpoint that can be read; tells `face`, which may be null, which ones cannot.
CheckpointFile last_checkpoint(const RunFolder& folder, const Json& config, const std::vector<RecordedRate>& rates,
                               Face* face) {
  const CheckpointFolder checkpoints(folder.checkpoints());
  const std::vector<std::uint64_t> steps = checkpoints.steps();
  std::string faults;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    try {
      CheckpointFile file(checkpoints.file(*step));
      check_owner(file, config, rates);
      if (!faults.empty() && face != nullptr) {
        face->warn(fmt::format("{}; going on from step {} instead, so that {} steps are trained again", faults, *step,
                               steps.back() - *step));
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

/// The options of the run, less those that are given anew, then these.
GivenTexts merged_texts(const ResumedRun& run, const Given& given) {
  GivenTexts texts;
  try {
    texts = texts_of_checkpoint(run.checkpoint.content().identity.options);
  } catch (const Error& error) {
    throw data_error("{}: {}", run.checkpoint.name(), error.what());
  }
  const Json config = config_of(run.checkpoint, run.rates);
  for (const RecordedRate& rate : run.rates) {
    const Option* option = find_option(run_options(), key_of_group(rate.group));
    texts[std::string(option->name)] = texts_of(*option, config.at(std::string(option->name)), Typing::as_text);
  }
  for (const Option& option : run_options()) {
    if (given.given(option.name)) {
      texts[std::string(option.name)] = given.texts(option.name);
    } else if (!option.lasts) {
      texts.erase(std::string(option.name));
    }
  }
  texts["run-dir"] = {run.folder.path().string()};
  return texts;
}

/// Why these may not differ, and what to do.
std::string reason_of(const std::vector<Difference>& changed, const TrainConfig& config) {
  const auto all_in = [&](WhenResumed change) {
    const Keys keys = keys_of(change);
    return std::ranges::all_of(changed, [&](const Difference& difference) { return keys.contains(difference.key); });
  };
  if (all_in(WhenResumed::length)) {
    const ParameterGroup& group = *group_that_follows_length(config);
    return fmt::format(
        "the {} schedule of {} runs to the run's last step, so that with another length its first steps would have had "
        "other rates: leave it out, or start a new run with decay_steps=N in that schedule, which then has a length of "
        "its own",
        group.optimizer.schedule.name(), group.name);
  }
  if (all_in(WhenResumed::machine)) {
    return "the bits of the onednn engine, which computes this run, depend on it: leave it out, or start a new run";
  }
  return "these would change what the run computes: leave them out, or start a new run";
}

/// Throws Error(data), naming the option, if some of the data have gone from where they were.
void check_data_are_there(const RunFolder& folder, const DataRequest& request) {
  if (const auto missing = missing_data(request)) {
    throw data_error("{}: not found; the run in {} was started with it; {}give {} PATH if it has moved",
                     missing->path.string(), folder.path().string(),
                     missing->path.is_relative() ? "go where it was started, or " : "", field(missing->option));
  }
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
        "‹resume›: the run in {} diverged at step {}, and would again: its steps are the same each time; start a new "
        "run with smaller learning rates, or end this one before by ‹max_steps› {}",
        folder.path().string(), steps, steps - 1);
  }
}

}  // namespace

ResumedRun open_resumed_run(const std::filesystem::path& path, bool holds, Face& face) {
  RunFolder folder = holds ? RunFolder::existing(path) : RunFolder::of_other(path);
  std::vector<RecordedRate> rates = recorded_rates(folder.changes());
  Json config = config_of(folder);
  set_recorded_rates(config, rates);  // a crash may have come before it was written anew
  CheckpointFile checkpoint = last_checkpoint(folder, config, rates, holds ? &face : nullptr);
  return {std::move(folder), std::move(checkpoint), std::move(rates)};
}

RunSettings resumed_settings(const ResumedRun& run, const Given& given) {
  const Given merged = checked(run_options(), merged_texts(run, given));
  RunSettings settings = run_settings(merged, starting_model(merged));
  const RunIdentity& identity = run.checkpoint.content().identity;
  const auto changed = differences(config_of(run.checkpoint, run.rates), config_json(settings),
                                   free_when_resumed(settings.config, by_onednn(identity)));
  if (!changed.empty()) {
    throw usage_error("‹resume›: {}; {}", joined(changed), reason_of(changed, settings.config));
  }
  check_data_are_there(run.folder, settings.request);
  settings.threads_as_begun = !given.given("threads");
  check_not_diverged(run.folder, settings.config);
  return settings;
}

DataSource load_resumed_data(const ResumedRun& run, const RunSettings& settings, Communicator& ranks) {
  const std::string& known = run.checkpoint.content().identity.data_hash;
  DataSource source = shared_run_data(settings, ranks);
  if (largest_of(ranks, data_hash(source) == known ? 0 : 1) == 0) {
    return source;
  }
  RunSettings earlier = settings;
  earlier.request.as_before = true;
  DataSource before = shared_run_data(earlier, ranks);
  const bool is_run_of_before = largest_of(ranks, data_hash(before) == known ? 0 : 1) == 0;
  return is_run_of_before ? std::move(before) : std::move(source);
}

Trainer make_resumed_trainer(const ResumedRun& run, const RunSettings& settings, const DataSource& source, Face& face) {
  const RunIdentity& identity = run.checkpoint.content().identity;
  if (data_hash(source) != identity.data_hash) {
    throw data_error("{}: the data are not those that the run was started with; restore them, or start a new run",
                     settings.request.data.string());
  }
  RunSnapshot snapshot = run.checkpoint.snapshot(model_for(settings.config, source), settings.config.groups);
  Trainer trainer(settings.config, source, &snapshot.parameters, starting_scaler(settings),
                  starting_target_scaler(settings));
  const std::string engine = trainer.engine_name();
  if (by_onednn(identity) != engine.starts_with("onednn")) {
    throw usage_error("‹resume›: {} computed this run, but here it would be {}; give another ‹isa›, or another CPU",
                      identity.engine, engine);
  }
  if (engine != identity.engine) {
    face.warn(fmt::format("{} computed this run, {} goes on with it; their bits may differ", identity.engine, engine));
  }
  try {
    trainer.resume(std::move(snapshot));
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("{}: {}", run.checkpoint.name(), error.what()));
  }
  return trainer;
}

}  // namespace strata
