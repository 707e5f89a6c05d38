#include "report/followed_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <span>
#include <system_error>

#include "core/error.h"
#include "core/file.h"
#include "io/json_text.h"
#include "io/run_folder.h"
#include "report/folder_json.h"
#include "report/recorded_facts.h"

namespace strata {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// So long nothing may come before somebody asks for the process: between steps lie validations.
constexpr double kQuiet = 2;

/// How many trials a grid has at most: combinations that make no sense are left out of it.
std::optional<std::size_t> planned_trials(const Json& config) {
  if (config.value("strategy", "") != "grid") {
    return std::nullopt;
  }
  std::size_t trials = std::max<std::size_t>(1, whole_or_0(config, "seeds"));
  for (const Json& axis : config.value("axes", Json::array())) {
    trials *= axis.value("values", Json::array()).size();
  }
  return trials;
}

fs::path requests_of(const fs::path& folder) { return RunFolder::of_other(folder).control(); }

}  // namespace

std::vector<Candidate> FollowedSweep::candidates() const {
  std::vector<const TrialRecord*> records;
  records.reserve(order.size());
  for (const std::string& key : order) {
    records.push_back(&trials.at(key));
  }
  return ranked_candidates(records, monitor);
}

bool FollowedRun::is_paused() const {
  return change.is_object() && change.value("did", "") == "pause" && steps < whole_or_0(change, "global_step");
}

FollowedFolder::FollowedFolder(fs::path path) : path_(std::move(path)) {}

bool FollowedFolder::look(double now) {
  new_epochs_.clear();
  new_trials_.clear();
  bool changed = read_config();
  if (lines_) {
    changed = read_records() || changed;
  }
  if (run_) {
    changed = read_changes() || changed;
    time_steps(now);
  }
  const FolderStage stage = stage_now(now, changed);
  changed = changed || stage != stage_;
  stage_ = stage;
  return changed;
}

/// It appears after the folder, and a run that is resumed writes it anew.
bool FollowedFolder::read_config() {
  std::error_code error;
  const fs::file_status folder = fs::status(path_, error);
  if (fs::exists(folder) && !fs::is_directory(folder)) {
    throw usage_error("{}: it is a file; expected the folder of a run or a sweep", path_.string());
  }
  const fs::path file = path_ / "config.json";
  const fs::file_time_type time = fs::last_write_time(file, error);
  if (error) {
    const bool had_one = lines_.has_value();
    lines_.reset();
    changes_.reset();
    run_.reset();
    sweep_.reset();
    config_ = nullptr;
    return had_one;
  }
  if (!config_.is_null() && time == config_time_) {
    return false;
  }
  const std::string kind_before = config_.is_null() ? "" : folder_kind(path_, config_);
  config_ = read_json_object(file);
  config_time_ = time;
  if (folder_kind(path_, config_) != kind_before) {
    begin();
  } else if (run_) {
    run_->config = config_;
    run_->expected_steps = expected_steps(config_, run_->info);
  }
  return true;
}

/// With the folder's first line.
void FollowedFolder::begin() {
  const std::string kind = folder_kind(path_, config_);
  run_.reset();
  sweep_.reset();
  reached_.clear();
  if (kind == "run") {
    run_.emplace().config = config_;
    run_->groups = recorded_groups(config_);
  } else if (kind == "sweep") {
    sweep_.emplace().monitor = recorded_monitor(path_, config_);
    sweep_->planned = planned_trials(config_);
  } else {
    throw usage_error(
        "{}: this is the folder of a learning-rate test, which is written when that is over; "
        "strata report {} shows it",
        path_.string(), path_.string());
  }
  lines_.emplace(path_ / (run_ ? "metrics.jsonl" : "trials.jsonl"));
  changes_.emplace(path_ / "changes.jsonl");
}

bool FollowedFolder::read_records() {
  const auto begin_anew = [this] {
    if (run_) {
      Json change = std::move(run_->change);  // of a file of its own
      run_.emplace().config = config_;
      run_->groups = recorded_groups(config_);
      run_->change = std::move(change);
    } else {
      sweep_->trials.clear();
      sweep_->order.clear();
    }
    new_epochs_.clear();
    new_trials_.clear();
    reached_.clear();
  };
  return lines_->read(begin_anew, [this](std::string_view line) { run_ ? take_metrics(line) : take_trial(line); });
}

void FollowedFolder::take_metrics(std::string_view line) {
  if (step_.read(line)) {
    take_step(step_);
    return;
  }
  Json json = parse_json(line);
  const auto type = json.at("type").get<std::string>();
  json.erase("type");
  if (type == "step") {
    step_.read(json);
    take_step(step_);
  } else if (type == "epoch") {
    take_epoch(std::move(json));
  } else if (type == "run") {
    json.erase("config");
    run_->info = std::move(json);
    run_->steps_per_epoch = whole_or_0(run_->info, "steps_per_epoch");
    run_->expected_steps = expected_steps(config_, run_->info);
  } else if (type == "result") {
    run_->result = std::move(json);
    run_->steps = std::max(run_->steps, whole_or_0(run_->result, "steps"));
  }
}

void FollowedFolder::take_step(const StepLine& step) {
  FollowedRun& run = *run_;
  const auto x = static_cast<double>(step.number);
  run.result = nullptr;  // what follows a result is the run again
  run.steps = step.number;
  run.loss.add(x, step.loss);
  // The lines have means over the epoch's rows so far. What the last batch has added to them is the batch's own.
  const auto made = static_cast<double>(step.step);
  const bool follows = run.step && run.step->step + 1 == step.step;
  run.figure.add(x, follows ? made * step.mean_figure - (made - 1) * run.step->mean_figure : step.mean_figure);
  for (std::size_t g = 0; g < step.rates.size(); ++g) {
    if (g == run.rates.size()) {
      run.rates.emplace_back(step.rates[g].first, GrowingCurve());
    }
    run.rates[g].second.add(x, step.rates[g].second);
  }
  run.step = step;
}

void FollowedFolder::take_epoch(Json line) {
  FollowedRun& run = *run_;
  const std::uint64_t number = whole_or_0(line, "global_step");
  const auto x = static_cast<double>(number);
  run.steps = std::max(run.steps, number);
  for (const auto& [name, value] : line.items()) {
    if (value.is_number() && (name.starts_with("train_") || name.starts_with("val_"))) {
      run.by_epoch[name].add(x, value.get<double>());
    }
  }
  const Json ratios = line.value("update_ratios", Json::array());
  run.update_ratios.resize(std::max(run.update_ratios.size(), ratios.size()));
  for (std::size_t layer = 0; layer < ratios.size(); ++layer) {
    run.update_ratios[layer].add(x, number_or_nan(ratios[layer]));
  }
  const std::string monitor = config_.value("monitor", "val_loss");
  if (line.contains("best_epoch") && line["best_epoch"] == line.value("epoch", Json())) {
    const double value = number_or_nan(line.value(monitor, Json()));
    run.best_value = std::isfinite(value) ? std::optional(value) : std::nullopt;
  }
  new_epochs_.push_back(line);
  run.epoch = std::move(line);
}

void FollowedFolder::take_trial(std::string_view line) {
  TrialRecord record = trial_record(parse_json(line));
  const std::string key = record.key;
  if (!sweep_->trials.contains(key)) {
    sweep_->order.push_back(key);
  }
  sweep_->trials.insert_or_assign(key, std::move(record));
  new_trials_.push_back(key);
}

bool FollowedFolder::read_changes() {
  return changes_->read([this] { run_->change = nullptr; },
                        [this](std::string_view line) { run_->change = parse_json(line); });
}

/// By what was seen to come in the last while, or else by the last epoch's line.
void FollowedFolder::time_steps(double now) {
  constexpr double kWhile = 20;
  constexpr double kLeast = 1;
  FollowedRun& run = *run_;
  if (run.steps == 0) {
    return;
  }
  if (reached_.empty() || reached_.back().second != run.steps) {
    reached_.emplace_back(now, run.steps);
  }
  while (reached_.size() > 2 && reached_[1].first < now - kWhile) {
    reached_.pop_front();
  }
  const double seconds = reached_.back().first - reached_.front().first;
  const auto steps = static_cast<double>(reached_.back().second - reached_.front().second);
  if (seconds >= kLeast && steps > 0) {
    run.seconds_a_step = seconds / steps;
  } else if (const double epoch = number_or_nan(run.epoch.value("seconds", Json()));
             std::isfinite(epoch) && run.steps_per_epoch > 0) {
    run.seconds_a_step = epoch / static_cast<double>(run.steps_per_epoch);
  }
}

/// A process that works in the folder holds its lock. Asking takes it for a moment where there is none, so that is done
/// once after the file has come to rest: never in the way of one that begins.
FolderStage FollowedFolder::stage_now(double now, bool changed) {
  if (!lines_) {
    std::error_code ignored;
    return fs::is_directory(path_, ignored) ? FolderStage::waiting : FolderStage::missing;
  }
  if (run_ && !run_->result.is_null()) {
    return FolderStage::ended;
  }
  const bool is_empty = run_ ? run_->info.empty() : sweep_->order.empty();
  const FolderStage open = is_empty ? FolderStage::waiting : FolderStage::going_on;
  if (changed) {
    next_check_ = now + kQuiet;
    return open;
  }
  if (is_over() || now < next_check_) {
    return stage_;
  }
  next_check_ = now + kQuiet;
  return is_worked_in(path_) ? open : sweep_ && !is_empty ? FolderStage::ended : FolderStage::cut_short;
}

bool takes_requests(const std::filesystem::path& folder) { return ::access(requests_of(folder).c_str(), W_OK) == 0; }

void request(const std::filesystem::path& folder, const nlohmann::ordered_json& what) {
  const std::string name = requests_of(folder).string();
  const FileDescriptor file(::open(name.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!file) {
    throw failed_error("cannot write {}: {}", name, system_reason(errno));
  }
  const std::string line = json_text(what) + "\n";
  write_all(file.get(), std::as_bytes(std::span(line)), name);
}

}  // namespace strata
