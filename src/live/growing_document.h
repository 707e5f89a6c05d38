// A page's document that is made anew as what it tells grows: only for who reads it, and seldom enough to cost nothing;
// and the live page of a folder, which is no more than that.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "live/live_server.h"

namespace strata {

class GrowingDocument : public LiveSource {
 public:
  /// `make` gives the folder of page_data as things stand: in any thread, one at a time. It must be callable for as
  /// long as somebody may ask. If it throws, the last document stands.
  GrowingDocument(std::string title, std::function<nlohmann::ordered_json()> make);

  State wait(std::uint64_t seen, std::chrono::milliseconds patience) override;
  std::string page() override;

  /// From now on nothing is made: the last document is that of `folder`, or if it is null the last that was made.
  void end(nlohmann::ordered_json folder);

 private:
  using Clock = std::chrono::steady_clock;

  /// Makes the document, without the lock meanwhile.
  void renew(std::unique_lock<std::mutex>& lock);

  std::string title_;
  std::function<nlohmann::ordered_json()> make_;
  std::mutex mutex_;  ///< of what follows
  std::condition_variable changed_;
  State state_;
  Clock::time_point due_{};  ///< when it may be made again
  bool making_ = false;
};

/// The live page of a folder that another process fills: to look at only.
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
