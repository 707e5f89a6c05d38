#include "live/live_run.h"

#include <fmt/format.h>

#include <chrono>
#include <string_view>
#include <utility>

#include "io/json_text.h"
#include "io/model_file.h"
#include "optim/optimizer.h"
#include "settings/settings_json.h"

namespace strata {

namespace {

nlohmann::ordered_json config_of(const RunSettings& settings, const Face& face) {
  nlohmann::ordered_json config = config_json(settings);
  config["command"] = face.command(shaping_json(settings.asked));
  return config;
}

/// The groups whose rates can be changed, each with its lr.
nlohmann::ordered_json rates_of(const RunSettings& settings) {
  nlohmann::ordered_json rates = nlohmann::ordered_json::array();
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
