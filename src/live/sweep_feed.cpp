#include "live/sweep_feed.h"

#include <utility>

#include "core/text.h"
#include "report/folder_json.h"
#include "report/report.h"
#include "run/sweep_folder.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

Json config_of(const SweepJob& job) {
  return sweep_config(job.settings, swept_options(job.settings, job.options), job.first.config.monitor, job.command);
}

}  // namespace

SweepFeed::SweepFeed(const SweepJob& job, TrialListener& listener)
    : listener_(listener),
      monitor_(job.first.config.monitor),
      config_(config_of(job)),
      name_(utf8_text(job.settings.run_dir ? folder_name(*job.settings.run_dir) : "strata sweep")),
      path_(job.settings.run_dir ? utf8_text(job.settings.run_dir->string()) : "kept in no folder"),
      document_(name_, [this] { return json(false); }) {}

void SweepFeed::expect(std::size_t trials, std::uint32_t epochs) {
  {
    const std::lock_guard lock(mutex_);
    trials_ += trials;
    epochs_ += std::uint64_t{trials} * epochs;
  }
  listener_.expect(trials, epochs);
}

void SweepFeed::skip(const Trial& trial, const TrialRecord& record) {
  add(record);
  {
    const std::lock_guard lock(mutex_);
    done_ += trial.epochs;
  }
  listener_.skip(trial, record);
}

void SweepFeed::on_start(const Trial& trial) {
  {
    const std::lock_guard lock(mutex_);
    ++running_;
  }
  listener_.on_start(trial);
}

void SweepFeed::on_end(const Trial& trial, const TrialRecord& record) {
  add(record);
  {
    const std::lock_guard lock(mutex_);
    --running_;
    trained_ += trial.epochs;
    done_ += trial.epochs;
  }
  listener_.on_end(trial, record);
}

void SweepFeed::add(const TrialRecord& record) {
  auto line = std::make_shared<const Json>(to_json(record, monitor_));
  const std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
}

Json SweepFeed::json(bool over) const {
  std::vector<std::shared_ptr<const Json>> lines;
  Json progress;
  {
    const std::lock_guard lock(mutex_);
    lines = lines_;
    progress = {{"status", "going on"}, {"trials", lines_.size()}, {"of_trials", trials_}, {"running", running_}};
    if (trained_ > 0 && epochs_ >= done_) {
      progress["seconds_left"] =
          clock_.seconds() * static_cast<double>(epochs_ - done_) / static_cast<double>(trained_);
    }
  }
  Json json = sweep_json(config_, lines);
  if (!over) {
    json["progress"] = std::move(progress);
  }
  json["name"] = name_;
  json["path"] = path_;
  return json;
}

LiveSweep::LiveSweep(const SweepJob& job, TrialListener& listener, std::uint16_t port,
                     std::function<LiveAnswer(std::string_view)> control)
    : feed_(job, listener),
      server_(make_live_server({.source = feed_.document(), .control = std::move(control)}, port)) {}

LiveSweep::~LiveSweep() { feed_.document().end({}); }

void LiveSweep::finish() {
  feed_.document().end(feed_.json(true));
  server_->stop();
}

}  // namespace strata
