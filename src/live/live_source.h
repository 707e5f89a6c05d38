// What a live page shows, and how it grows: asked by the threads of its server.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace strata {

/// A run of this process, or a folder that another one fills.
class LiveSource {
 public:
  LiveSource() = default;
  LiveSource(const LiveSource&) = delete;
  LiveSource& operator=(const LiveSource&) = delete;
  virtual ~LiveSource() = default;

  /// The document: the JSON that the report's page draws (docs/live.md).
  struct State {
    std::uint64_t version = 0;                      ///< from 1; a later document has a higher one
    std::shared_ptr<const std::string> document{};  ///< on one line; null: there is none yet
    bool last = false;                              ///< no other follows
  };

  /// The newest document, once that is not version `seen` or is the last; the one that there is after `patience`. Any
  /// number of threads may ask.
  virtual State wait(std::uint64_t seen, std::chrono::milliseconds patience) = 0;

  /// The whole page, with the newest document in it.
  virtual std::string page() = 0;
};

}  // namespace strata
