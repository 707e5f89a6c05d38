#include "live/run_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/text.h"
#include "io/json_text.h"
#include "io/model_file.h"
#include "io/run_log.h"
#include "optim/optimizer.h"
#include "report/json_files.h"
#include "report/report.h"
#include "report/test_figures.h"
#include "settings/settings_json.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

std::string title_of(const std::filesystem::path& folder, std::string_view command) {
  return utf8_text(folder.empty() ? std::string(command) : folder_name(folder));
}

Json config_of(const RunSettings& settings, const Face& face) {
  Json config = config_json(settings);
  config["command"] = face.command(shaping_json(settings.asked));
  return config;
}

/// The groups whose rates can be changed, each with its lr.
Json rates_of(const RunSettings& settings) {
  Json rates = Json::array();
  for (const ParameterGroup& group : settings.config.groups) {
    if (has_rate_to_change(group.optimizer)) {
      rates.push_back({{"group", group.name}, {"lr", base_learning_rate(group.optimizer)}});
    }
  }
  return rates;
}

/// Of a request from the page, in the server's thread.
LiveAnswer answered(ControlDesk& desk, std::string_view body) {
  constexpr std::chrono::seconds kPatience{3};
  const ControlAnswer answer = desk.ask(body, kPatience);
  const int status = answer.status == ControlAnswer::Status::done      ? 200
                     : answer.status == ControlAnswer::Status::waiting ? 202
                                                                       : 409;
  return {status, fmt::format(R"({{"text":{}}})", json_string(answer.text))};
}

}  // namespace

RunFeed::RunFeed(Json config, const std::filesystem::path& folder)
    : config_(std::move(config)),
      name_(title_of(folder, "strata train")),
      path_(folder.empty() ? "kept in no folder" : utf8_text(folder.string())),
      document_(name_, [this] { return json(); }) {}

void RunFeed::take(const std::filesystem::path& metrics) {
  const std::lock_guard lock(mutex_);
  StepLine line;
  const auto add_step = [&] {
    steps_.add({.global_step = line.number,
                .loss = line.loss,
                .mean_loss = line.mean_loss,
                .mean_figure = {line.figure, line.mean_figure},
                .learning_rates = line.rates});
    step_ = line.number;
  };
  const auto take_text = [&](std::string_view text) {
    if (line.read(text)) {
      add_step();
      return true;
    }
    return epochs_.take(text);
  };
  const auto take_object = [&](const Json& object) {
    const auto type = object.at("type").get<std::string>();
    if (type == "step") {
      line.read(object);
      add_step();
    } else if (type == "epoch") {
      epochs_.take(object);
    }
  };
  read_json_lines(metrics, take_object, take_text);
}

void RunFeed::on_run(const RunInfo& run) {
  const std::lock_guard lock(mutex_);
  info_ = parse_json(fmt::format("{{{}}}", run_members(run)));
  validation_rows_ = run.validation_rows;
  expected_steps_ = std::uint64_t{run.config.epochs} * run.steps_per_epoch;
  if (run.config.max_steps) {
    expected_steps_ = std::min<std::uint64_t>(expected_steps_, *run.config.max_steps);
  }
  most_seconds_ = run.config.max_seconds;
  first_step_ = step_;
  started_ = Clock::now();
}

void RunFeed::on_step(const StepInfo& step) {
  const std::lock_guard lock(mutex_);
  steps_.add(step);
  step_ = step.global_step;
}

void RunFeed::on_epoch(const EpochInfo& epoch) {
  Json judged;
  if (epoch.judged != nullptr) {
    judged = {{"part", "validation"}, {"epoch", epoch.epoch}, {"of_rows", validation_rows_}};
    judged.update(judged_figures(*epoch.judged, names_));
  }
  const std::string line = epoch_json(epoch);
  const std::lock_guard lock(mutex_);
  if (!epochs_.take(std::string_view(line))) {
    epochs_.take(parse_json(line));
  }
  judged_ = std::move(judged);
}

void RunFeed::on_result(const RunResult& result) {
  const std::lock_guard lock(mutex_);
  result_ = parse_json(fmt::format("{{{}}}", result_members(result)));
}

Json RunFeed::progress() const {
  const auto [paused, stood] = desk_ != nullptr ? desk_->standing() : ControlDesk::Standing{};
  const std::chrono::duration<double> seconds = Clock::now() - started_ - stood;
  Json json{{"status", info_.is_null() ? "starting" : paused ? "paused" : "going on"}, {"steps", step_}};
  if (expected_steps_ > 0) {
    json["of_steps"] = expected_steps_;
  }
  if (!info_.is_null() && step_ > first_step_ && expected_steps_ >= step_) {
    const double left =
        seconds.count() * static_cast<double>(expected_steps_ - step_) / static_cast<double>(step_ - first_step_);
    json["seconds_left"] = most_seconds_ ? std::min(left, std::max(0.0, *most_seconds_ - seconds.count())) : left;
  }
  return json;
}

Json RunFeed::json() const {
  const std::lock_guard lock(mutex_);
  Json json{{"kind", "run"}, {"notes", Json::array()}, {"config", config_}};
  if (!info_.is_null()) {
    json["info"] = info_;
  }
  json["steps"] = steps_.json();
  epochs_.add_to(json);
  if (result_.is_null()) {
    json["progress"] = progress();
    if (desk_ != nullptr) {
      json["controls"] = rates_;
    }
  } else {
    json["result"] = result_;
  }
  if (!judged_.is_null()) {
    json["judged"] = judged_;
  }
  json["name"] = name_;
  json["path"] = path_;
  return json;
}

LiveRun::LiveRun(const RunSettings& settings, const Face& face, std::uint16_t port, ControlDesk* control)
    : feed_(config_of(settings, face), settings.run_dir.value_or("")) {
  LiveSite site{.source = feed_.document(), .control = {}};
  if (control != nullptr) {
    feed_.let_control(rates_of(settings), *control);
    site.control = [control](std::string_view body) { return answered(*control, body); };
  }
  server_ = make_live_server(std::move(site), port);
}

LiveRun::~LiveRun() { feed_.document().end({}); }

Observer& LiveRun::begin(const Training& training) {
  feed_.name_outputs(output_names(training.model()));
  if (const auto metrics = training.earlier_metrics()) {
    feed_.take(*metrics);
  }
  return feed_;
}

void LiveRun::finish(const Training& training, FinishedRun& run) {
  feed_.document().end(run.page.is_null() ? training.judged(feed_.json()) : std::move(run.page));
  server_->stop();
}

}  // namespace strata
