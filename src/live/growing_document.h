// A page's document that is made anew as what it tells grows: only for who reads it, and seldom enough to cost nothing.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "live/live_source.h"

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

}  // namespace strata
