// The server of a live page: HTTP on this machine's loopback alone, for whoever knows its token; and whom it asks for
// what it serves.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace strata {

/// What the page shows, and how it grows: a run of this process, or a folder that another one fills. Asked by the
/// threads of the server.
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
