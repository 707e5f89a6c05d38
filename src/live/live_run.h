// The live page of one run.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "live/live_server.h"
#include "live/run_feed.h"
#include "run/control_desk.h"
#include "run/training.h"

namespace strata {

class LiveRun {
 public:
  /// Serves the page of a run of these settings from now on. `port` 0: a free one; `control`: where the page's requests
  /// go, which outlives this, or null: it only shows. Throws as make_live_server.
  LiveRun(const RunSettings& settings, const Face& face, std::uint16_t port, ControlDesk* control = nullptr);
  /// Without finish() the page keeps what it was last told.
  ~LiveRun();

  std::string address() const { return server_->address(); }

  /// The run is about to begin. Returns who has to hear of it. Throws as read_json_lines of the metrics of a run that
  /// goes on.
  Observer& begin(const Training& training);

  /// The page becomes the report of the run, which is over, and the server ends.
  void finish(const Training& training, FinishedRun& run);

 private:
  RunFeed feed_;
  std::unique_ptr<LiveServer> server_;
};

}  // namespace strata
