#include "live/live_run.h"

#include <utility>

#include "io/model_file.h"
#include "settings/settings_json.h"

namespace strata {

namespace {

nlohmann::ordered_json config_of(const RunSettings& settings, const Face& face) {
  nlohmann::ordered_json config = config_json(settings);
  config["command"] = face.command(shaping_json(settings.asked));
  return config;
}

}  // namespace

LiveRun::LiveRun(const RunSettings& settings, const Face& face, std::uint16_t port,
                 std::function<LiveAnswer(std::string_view)> control)
    : feed_(config_of(settings, face), settings.run_dir.value_or("")),
      server_(make_live_server({.source = feed_.document(), .control = std::move(control)}, port)) {}

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
