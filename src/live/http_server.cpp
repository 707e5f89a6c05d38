// The server over cpp-httplib: a module of its own, so that only --live loads that library and those behind it.
//
// cpp-httplib parses requests and words answers. What a stranger on this machine could do to the run is seen to here:
// how much is read of a request and how long that may take, how many connections there are at once, and that whoever
// does not read is waited for by nobody but its own thread.
#include <arpa/inet.h>
#include <fcntl.h>
#include <httplib.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "core/error.h"
#include "core/file.h"
#include "core/threads.h"
#include "live/live_server.h"

namespace strata {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kLongestRequest = 32 * 1024;  ///< bytes, head and body
constexpr auto kRequestTime = 3s;                   ///< for all of a request to come
constexpr auto kWriteTime = 2s;                     ///< a reader that takes nothing for so long is dropped
constexpr auto kLookTime = 250ms;                   ///< between looks whether a reader is still there
constexpr auto kEndTime = 1s;                       ///< for readers to get the last document
constexpr std::size_t kThreads = kMostReaders + 4;
constexpr std::size_t kMostConnections = 4 * kThreads;  ///< more are closed at once

/// 128 random bits, in hex.
std::string new_token() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw failed_error("cannot make the token of the live page: {}", system_reason(errno));
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string token;
  for (const unsigned char byte : bytes) {
    token += kDigits[byte >> 4U];
    token += kDigits[byte & 15U];
  }
  return token;
}

/// In a time that does not tell how much of it is right.
bool is_token(std::string_view found, std::string_view token) {
  if (found.size() != token.size()) {
    return false;
  }
  unsigned difference = 0;
  for (std::size_t i = 0; i < token.size(); ++i) {
    difference |= static_cast<unsigned char>(found[i]) ^ static_cast<unsigned char>(token[i]);
  }
  return difference == 0;
}

bool wait_for(int socket, short events, Clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd one{.fd = socket, .events = events, .revents = 0};
    const int ready = left.count() <= 0 ? 0 : ::poll(&one, 1, static_cast<int>(left.count()));
    if (ready > 0 || (ready == 0 && left.count() <= 0) || (ready < 0 && errno != EINTR)) {
      return ready > 0;
    }
  }
}

/// A connection: one request, of bounded length and time.
class Connection final : public httplib::Stream {
 public:
  explicit Connection(int socket) : socket_(socket), deadline_(Clock::now() + kRequestTime) {}

  bool is_readable() const override { return wait_for(socket_, POLLIN, deadline_); }

  /// Whether somebody is there to read: asked before each event.
  bool is_writable() const override {
    char ignored = 0;
    const ssize_t found = ::recv(socket_, &ignored, 1, MSG_PEEK | MSG_DONTWAIT);
    return found > 0 || (found < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
  }

  ssize_t read(char* ptr, std::size_t size) override {
    if (at_ == end_ && !fill()) {
      return -1;
    }
    const std::size_t count = std::min(size, end_ - at_);
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(at_), count, ptr);
    at_ += count;
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* ptr, std::size_t size) override {
    while (wait_for(socket_, POLLOUT, Clock::now() + kWriteTime)) {
      const ssize_t sent = ::send(socket_, ptr, size, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
        return sent;
      }
    }
    return -1;
  }

  void get_remote_ip_and_port(std::string& ip, int& port) const override { name(ip, port); }
  void get_local_ip_and_port(std::string& ip, int& port) const override { name(ip, port); }
  socket_t socket() const override { return socket_; }

 private:
  /// It is the loopback, and nobody asks which port.
  static void name(std::string& ip, int& port) {
    ip = "127.0.0.1";
    port = 0;
  }

  bool fill() {
    const std::size_t room = std::min(buffer_.size(), kLongestRequest - read_);
    if (room == 0 || !wait_for(socket_, POLLIN, deadline_)) {
      return false;
    }
    const ssize_t got = ::recv(socket_, buffer_.data(), room, 0);
    if (got <= 0) {
      return false;
    }
    at_ = 0;
    end_ = static_cast<std::size_t>(got);
    read_ += end_;
    return true;
  }

  int socket_;
  Clock::time_point deadline_;  ///< of reading
  std::array<char, 4096> buffer_{};
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::size_t read_ = 0;  ///< bytes in all
};

/// Takes what a client has sent and nobody reads, so that closing does not take back the answer before it is read.
void drain(int socket) {
  std::array<char, 4096> ignored{};
  for (int i = 0; i < 64 && ::recv(socket, ignored.data(), ignored.size(), MSG_DONTWAIT) > 0; ++i) {
  }
}

/// Threads for so many connections at once; others wait, and with too many of those a new one is closed.
class Connections final : public httplib::TaskQueue {
  /// bool in newer versions, else void.
  using Enqueued = decltype(std::declval<httplib::TaskQueue&>().enqueue({}));

 public:
  Connections() : pool_(kThreads) {}

  Enqueued enqueue(std::function<void()> serve) override {
    if (under_way_ >= kMostConnections) {
      serve();  // in the thread that accepts, which knows what that means
    } else {
      ++under_way_;
      pool_.enqueue([this, serve = std::move(serve)] {
        serve();
        --under_way_;
      });
    }
    return Enqueued(true);
  }
  void shutdown() override { pool_.shutdown(); }

 private:
  std::atomic<std::size_t> under_way_{0};
  httplib::ThreadPool pool_;
};

/// Answers by what a site has.
class Site {
 public:
  Site(LiveSite site, std::string token) : site_(std::move(site)), token_(std::move(token)) {}

  void set_port(int port) { hosts_ = {"127.0.0.1:" + std::to_string(port), "localhost:" + std::to_string(port)}; }
  std::string address() const { return "http://" + hosts_.front() + "/" + token_ + "/"; }

  /// False for a command, whose body is yet to be read.
  bool answer(const httplib::Request& request, httplib::Response& response);
  void command(const httplib::Request& request, httplib::Response& response) const;

  /// From now on readers are sent no other document than the last.
  void end() { ended_ = true; }
  std::size_t readers() const { return readers_; }

 private:
  /// Of the three that say who asks and from where.
  bool is_allowed(const httplib::Request& request) const;
  /// What follows the token; empty: the token is not the first.
  std::string_view place(const httplib::Request& request) const;
  void stream(const httplib::Request& request, httplib::Response& response);

  LiveSite site_;
  std::string token_;
  std::array<std::string, 2> hosts_;
  std::atomic<std::size_t> readers_{0};
  std::atomic<bool> ended_{false};
};

void say(httplib::Response& response, int status, const char* text) {
  response.status = status;
  response.set_content(std::string(text) + "\n", "text/plain");
}

bool Site::is_allowed(const httplib::Request& request) const {
  const auto is_here = [&](const std::string& host) { return std::ranges::find(hosts_, host) != hosts_.end(); };
  if (request.get_header_value_count("Host") != 1 || !is_here(request.get_header_value("Host")) ||
      place(request).empty()) {
    return false;
  }
  constexpr std::string_view kScheme = "http://";
  const std::size_t origins = request.get_header_value_count("Origin");
  const std::string origin = request.get_header_value("Origin");
  return origins == 0 || (origins == 1 && origin.starts_with(kScheme) && is_here(origin.substr(kScheme.size())));
}

std::string_view Site::place(const httplib::Request& request) const {
  const std::string_view path = request.path;
  return path.starts_with('/') && is_token(path.substr(1, token_.size()), token_) &&
                 path.substr(1 + token_.size()).starts_with('/')
             ? path.substr(1 + token_.size())
             : std::string_view();
}

bool Site::answer(const httplib::Request& request, httplib::Response& response) {
  for (const auto& [name, value] : {std::pair{"Cache-Control", "no-store"},
                                    {"Referrer-Policy", "no-referrer"},
                                    {"X-Content-Type-Options", "nosniff"},
                                    {"X-Frame-Options", "DENY"},
                                    {"Cross-Origin-Opener-Policy", "same-origin"},
                                    {"Cross-Origin-Resource-Policy", "same-origin"}}) {
    response.set_header(name, value);
  }
  if (!is_allowed(request)) {
    say(response, 403, "forbidden: open the address that strata has told, with its token");
    return true;
  }
  const std::string_view path = place(request);
  if (path == "/control" && request.method == "POST" && site_.control) {
    return false;
  }
  if (request.method != "GET" || path == "/control") {
    say(response, 405, "not allowed here");
  } else if (path == "/") {
    response.status = 200;
    response.set_content(site_.source.page(), "text/html; charset=utf-8");
  } else if (path == "/events") {
    stream(request, response);
  } else {
    say(response, 404, "not found");
  }
  return true;
}

void Site::command(const httplib::Request& request, httplib::Response& response) const {
  const LiveAnswer answer = site_.control(request.body);
  response.status = answer.status;
  response.set_content(answer.body, "application/json");
}

void Site::stream(const httplib::Request& request, httplib::Response& response) {
  if (readers_.fetch_add(1) >= kMostReaders) {
    --readers_;
    response.set_header("Retry-After", "5");
    say(response, 503, "as many read this page already as it is served to; close one of them");
    return;
  }
  response.status = 200;
  // `since` is the version that the page has been given; when the browser comes again, it says itself what it had.
  const std::string known = request.has_header("Last-Event-ID") ? request.get_header_value("Last-Event-ID")
                                                                : request.get_param_value("since");
  std::uint64_t seen = 0;
  std::from_chars(known.data(), known.data() + known.size(), seen);
  const auto send = [this, seen, begun = false](std::size_t, httplib::DataSink& sink) mutable {
    const auto write = [&](const std::string& text) { return sink.write(text.data(), text.size()); };
    if (!begun) {
      begun = true;
      return write("retry: 2000\n\n");
    }
    LiveSource::State state;
    try {
      state = site_.source.wait(seen, kLookTime);
    } catch (const std::exception&) {  // a reader less
      return false;
    }
    bool good = true;
    if (state.version != seen && state.document) {
      seen = state.version;
      good = write("id: " + std::to_string(seen) + "\ndata: " + *state.document + "\n\n");
    }
    if (good && (state.last || ended_)) {
      good = write("event: end\ndata:\n\n");
      sink.done();
    }
    return good;
  };
  response.set_chunked_content_provider("text/event-stream", send, [this](bool) { --readers_; });
}

class HttpServer final : public LiveServer, private httplib::Server {
 public:
  HttpServer(LiveSite site, std::uint16_t port) : site_(std::move(site), new_token()) {
    new_task_queue = [] { return new Connections; };
    set_payload_max_length(kLongestRequest);
    // Not as the library has it: another server of this user could then share the port.
    set_socket_options([](socket_t socket) {
      const int on = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
    // Routes are regular expressions, by which a long path could overflow the stack: only a command gets that far.
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      return site_.answer(request, response) ? HandlerResponse::Handled : HandlerResponse::Unhandled;
    });
    Post("/[0-9a-f]+/control",
         [this](const httplib::Request& request, httplib::Response& response) { site_.command(request, response); });
    bind(port);
    listen();
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer() override { stop(); }

  std::string address() const override { return site_.address(); }

  void stop() override {
    if (!thread_.joinable()) {
      return;
    }
    site_.end();
    for (const Clock::time_point deadline = Clock::now() + kEndTime; site_.readers() > 0 && Clock::now() < deadline;) {
      std::this_thread::sleep_for(5ms);
    }
    httplib::Server::stop();
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      for (const int socket : sockets_) {
        ::shutdown(socket, SHUT_RDWR);
      }
    }
    thread_.join();
  }

 private:
  void bind(std::uint16_t port) {
    errno = 0;
    int bound = port;
    if (port == 0) {
      bound = bind_to_any_port("127.0.0.1");
    } else if (!bind_to_port("127.0.0.1", port)) {
      bound = -1;
    }
    if (bound <= 0) {
      throw failed_error("‹live› {}: cannot serve at this port of 127.0.0.1 ({}); give another, or none for a free one",
                         port, system_reason(errno == 0 ? EADDRINUSE : errno));
    }
    ::listen(svr_sock_, static_cast<int>(kMostConnections));  // the library's few make others wait for a second
    site_.set_port(bound);
  }

  /// Returns once stop() will do.
  void listen() {
    const SignalsBlocked blocked;
    thread_ = std::thread([this] {
      listen_after_bind();
      over_ = true;
    });
    accepts_ = thread_.get_id();
    while (!is_running() && !over_) {
      std::this_thread::sleep_for(1ms);
    }
  }

  bool process_and_close_socket(socket_t socket) override {
    const bool served = std::this_thread::get_id() != accepts_ && begin(socket) && serve(*this, socket);
    ::shutdown(socket, SHUT_WR);
    drain(socket);
    end(socket);
    return served;
  }

  /// The parameters of the library's function are others in newer versions.
  template <class Self>
  static bool serve(Self& self, socket_t socket) {
    Connection connection(socket);
    bool closed = false;
    // What is not wanted: compression, which costs more than it saves here, and ranges, whose parser is not needed.
    const auto strip = [](httplib::Request& request) {
      request.headers.erase("Accept-Encoding");
      request.headers.erase("Range");
    };
    if constexpr (requires { self.process_request(connection, true, closed, strip); }) {
      return self.process_request(connection, true, closed, strip);
    } else {
      return self.process_request(connection, "127.0.0.1", 0, "127.0.0.1", 0, true, closed, strip);
    }
  }

  bool begin(socket_t socket) {
    ::fcntl(socket, F_SETFD, FD_CLOEXEC);
    const std::lock_guard lock(mutex_);
    return !stopped_ && sockets_.insert(socket).second;
  }

  /// Closed under the lock, so that stop() never has the number of another file.
  void end(socket_t socket) {
    const std::lock_guard lock(mutex_);
    sockets_.erase(socket);
    ::close(socket);
  }

  Site site_;
  std::mutex mutex_;  ///< of the two
  std::set<int> sockets_;
  bool stopped_ = false;
  std::atomic<std::thread::id> accepts_{};
  std::atomic<bool> over_{false};
  std::thread thread_;
};

}  // namespace

}  // namespace strata

/// The module's one entry; the caller owns the result.
extern "C" strata::LiveServer* strata_make_live_server(strata::LiveSite&& site, std::uint16_t port) {
  return new strata::HttpServer(std::move(site), port);
}
