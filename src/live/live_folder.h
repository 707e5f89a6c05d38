// The live page of a folder that another process fills: to look at only.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "live/growing_document.h"
#include "live/live_server.h"

namespace strata {

class LiveFolder {
 public:
  /// Serves the page of the folder of a run or a sweep from now on, made of its files when somebody reads it. `port` 0:
  /// a free one. Throws as make_live_server.
  LiveFolder(std::filesystem::path folder, std::uint16_t port);
  /// Without finish() the page keeps what it was last told.
  ~LiveFolder();

  std::string address() const { return server_->address(); }

  /// How long a run still takes; below 0: nobody knows.
  void expect(double seconds_left) { seconds_left_ = seconds_left; }

  /// Nobody fills the folder any more: the page becomes its report, made by so many threads, and the server ends.
  /// Throws as report_page.
  void finish(int threads);

 private:
  std::filesystem::path folder_;
  std::atomic<double> seconds_left_{-1};
  GrowingDocument document_;
  std::unique_ptr<LiveServer> server_;
};

}  // namespace strata
