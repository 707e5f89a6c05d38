#include "live/live_folder.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "core/text.h"
#include "report/report.h"

namespace strata {

LiveFolder::LiveFolder(std::filesystem::path folder, std::uint16_t port)
    : folder_(std::move(folder)), document_(utf8_text(folder_name(folder_)), [this] {
        nlohmann::ordered_json json = growing_folder(folder_);
        if (const double left = seconds_left_; left >= 0 && json.contains("progress")) {
          json["progress"]["seconds_left"] = left;
        }
        return json;
      }) {
  server_ = make_live_server({.source = document_, .control = {}}, port);
}

LiveFolder::~LiveFolder() { document_.end({}); }

void LiveFolder::finish(int threads) {
  document_.end(reported_folder(folder_, threads));
  server_->stop();
}

}  // namespace strata
