#include "live/rates_feed.h"

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "optim/optimizer.h"
#include "report/report.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

Json config_of(const FindLrSettings& settings, const std::string& command) {
  Json config = rates_config(settings);
  config["command"] = command;
  return config;
}

}  // namespace

RatesFeed::RatesFeed(const FindLrSettings& settings, const std::string& command)
    : config_(config_of(settings, command)),
      name_(utf8_text(settings.run.run_dir ? folder_name(*settings.run.run_dir) : "strata find-lr")),
      path_(settings.run.run_dir ? utf8_text(settings.run.run_dir->string()) : "kept in no folder"),
      document_(name_, [this] { return json(false); }) {
  for (const ParameterGroup& group : settings.run.config.groups) {
    all_runs_ += is_frozen(group.optimizer) ? 0 : kRangeRuns;
  }
}

void RatesFeed::on_map(const RateMap& map) {
  const std::lock_guard lock(mutex_);
  found_.map = map;
  all_runs_ = map.values.size();
  for (std::size_t place = 0; place < map.values.size(); ++place) {
    open_.insert(place);
  }
}

void RatesFeed::on_cell(std::size_t place, double value) {
  const std::lock_guard lock(mutex_);
  found_.map->values[place] = value;
  open_.erase(place);
  ++runs_;
}

void RatesFeed::on_test(const GroupRange& group, std::uint64_t) {
  const std::lock_guard lock(mutex_);
  const auto same = std::ranges::find_if(found_.groups,
                                         [&](const GroupRange& other) { return other.test.group == group.test.group; });
  if (same == found_.groups.end()) {
    found_.groups.push_back(group);
  } else {
    *same = group;
  }
  ++runs_;
}

Json RatesFeed::json(bool over) const {
  const std::lock_guard lock(mutex_);
  Json json{{"kind", "find-lr"}, {"notes", Json::array()}, {"config", config_}};
  json.update(to_json(found_));
  if (found_.map) {
    json["map"]["open"] = open_;
  }
  if (!over) {
    json["progress"] = {{"status", "going on"}, {"runs", runs_}, {"of_runs", all_runs_}};
    if (runs_ > 0) {
      json["progress"]["seconds_left"] =
          clock_.seconds() * static_cast<double>(all_runs_ - runs_) / static_cast<double>(runs_);
    }
  }
  json["name"] = name_;
  json["path"] = path_;
  return json;
}

LiveRates::LiveRates(const FindLrSettings& settings, const std::string& command, std::uint16_t port,
                     std::function<LiveAnswer(std::string_view)> control)
    : feed_(settings, command),
      server_(make_live_server({.source = feed_.document(), .control = std::move(control)}, port)) {}

LiveRates::~LiveRates() { feed_.document().end({}); }

void LiveRates::finish() {
  feed_.document().end(feed_.json(true));
  server_->stop();
}

}  // namespace strata
