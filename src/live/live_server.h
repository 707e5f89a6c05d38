// The server of a live page: HTTP on this machine's loopback alone, for whoever knows its token.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "live/live_source.h"

namespace strata {

/// Readers that get what follows, at once; one more gets 503.
inline constexpr std::size_t kMostReaders = 8;

/// What a command is answered.
struct LiveAnswer {
  int status = 200;
  std::string body{};  ///< JSON
};

/// What is served under http://127.0.0.1:PORT/TOKEN/ : the page at that address, what follows at `events`, and at
/// `control` whom commands are handed to.
struct LiveSite {
  LiveSource& source;  ///< outlives the server
  /// Answers the body of a POST, in any thread; none: commands are not allowed here (405).
  std::function<LiveAnswer(std::string_view body)> control{};
};

class LiveServer {
 public:
  LiveServer() = default;
  LiveServer(const LiveServer&) = delete;
  LiveServer& operator=(const LiveServer&) = delete;
  /// As stop().
  virtual ~LiveServer() = default;

  /// The page's, with the token.
  virtual std::string address() const = 0;
  /// Once the source has its last document: gives readers up to a second to have it, then ends all connections.
  virtual void stop() = 0;
};

/// Serves from now on, by threads of its own; `port` 0 takes a free one. Throws Error(failed) if it cannot have the
/// port, or if the module with the HTTP library cannot be loaded, Error(usage) if this program was built without one.
std::unique_ptr<LiveServer> make_live_server(LiveSite site, std::uint16_t port);

/// The same, by the module in that file.
std::unique_ptr<LiveServer> make_live_server(LiveSite site, std::uint16_t port, const std::filesystem::path& module);

}  // namespace strata
