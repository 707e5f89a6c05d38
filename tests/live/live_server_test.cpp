#include "live/live_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <regex>
#include <thread>
#include <vector>

#include "core/error.h"
#include "live/growing_document.h"
#include "tests/catch.h"

#ifdef STRATA_LIVE_MODULE_FILE

namespace strata {

namespace {

using Json = nlohmann::ordered_json;
using namespace std::chrono_literals;

/// For what comes at once, unless the machine is busy.
constexpr auto kPatience = 60s;

/// One connection, as anybody on this machine can make it.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  Client(Client&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), connected_(other.connected_), text_(std::move(other.text_)) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { close(); }

  bool connected() const { return connected_; }
  void close() {
    if (socket_ >= 0) {
      ::close(std::exchange(socket_, -1));
    }
  }
  void send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return;  // the server has had enough
      }
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void end_sending() const { ::shutdown(socket_, SHUT_WR); }
  /// All that comes before the end, or until it holds `wanted`.
  const std::string& receive(std::string_view wanted = "") {
    while (wanted.empty() || text_.find(wanted) == std::string::npos) {
      pollfd one{.fd = socket_, .events = POLLIN, .revents = 0};
      REQUIRE(::poll(&one, 1, std::chrono::milliseconds(kPatience).count()) > 0);
      char bytes[4096];
      const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
      if (got <= 0) {
        break;
      }
      text_.append(bytes, static_cast<std::size_t>(got));
    }
    return text_;
  }

 private:
  int socket_;
  bool connected_ = false;
  std::string text_;
};

/// A page whose document counts how often it was made, and its server.
struct Served {
  explicit Served(std::function<LiveAnswer(std::string_view)> control = {})
      : document("title",
                 [this] {
                   return Json{{"made", ++made}, {"text", text}};
                 }),
        server(make_live_server({document, std::move(control)}, 0, STRATA_LIVE_MODULE_FILE)) {
    std::smatch parts;
    const std::string address = server->address();
    REQUIRE(std::regex_match(address, parts, std::regex("http://127\\.0\\.0\\.1:([0-9]+)/([0-9a-f]{32})/")));
    port = static_cast<std::uint16_t>(std::stoul(parts[1]));
    token = parts[2];
  }
  ~Served() {
    document.end({});
    server->stop();
  }

  std::string host() const { return "127.0.0.1:" + std::to_string(port); }
  std::string ask(const std::string& request) const {
    Client client(port);
    client.send(request);
    return client.receive();
  }
  /// A request with those headers besides.
  std::string request(const std::string& method, const std::string& path, const std::string& headers = "") const {
    return method + " " + path + " HTTP/1.1\r\nHost: " + host() + "\r\n" + headers + "\r\n";
  }
  std::string get(const std::string& path, const std::string& headers = "") const {
    return ask(request("GET", path, headers));
  }
  std::string page() const { return get("/" + token + "/"); }
  Client reader() const {
    Client client(port);
    client.send(request("GET", "/" + token + "/events"));
    return client;
  }

  std::atomic<int> made{0};
  std::string text = "here";
  GrowingDocument document;
  std::unique_ptr<LiveServer> server;
  std::uint16_t port = 0;
  std::string token{};
};

bool says(const std::string& answer, int status) {
  return answer.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}

}  // namespace

TEST_CASE("A live page is served to whoever has its token, and comes from here", "[live]") {
  const Served served;
  const std::string page = served.page();
  CHECK(says(page, 200));
  CHECK(page.find("<!doctype html>") != std::string::npos);
  CHECK(page.find("connect-src 'self'") != std::string::npos);
  CHECK(page.find("Cache-Control: no-store") != std::string::npos);
  CHECK(page.find("Referrer-Policy: no-referrer") != std::string::npos);
  CHECK(page.find("Content-Encoding") == std::string::npos);
  CHECK(says(served.get("/" + served.token + "/", "Origin: http://" + served.host() + "\r\n"), 200));

  const std::string wrong(served.token.size(), '0');
  for (const std::string& path : {std::string("/"), "/" + wrong + "/", "/" + wrong + "/events",
                                  "/" + served.token.substr(1) + "/", "/x/../" + served.token + "/"}) {
    INFO(path);
    CHECK(says(served.get(path), 403));
  }
  const std::string page_path = "/" + served.token + "/";
  CHECK(says(served.get(page_path, "Origin: http://example.org\r\n"), 403));
  CHECK(says(served.get(page_path, "Origin: null\r\n"), 403));
  CHECK(says(served.get(page_path, "Host: example.org\r\n"), 403));
  CHECK(says(served.ask("GET " + page_path + " HTTP/1.1\r\nHost: example.org\r\n\r\n"), 403));
  CHECK(says(served.ask("GET " + page_path + " HTTP/1.1\r\n\r\n"), 403));
  CHECK(says(served.ask("POST / HTTP/1.1\r\nHost: " + served.host() + "\r\nContent-Length: 0\r\n\r\n"), 403));

  CHECK(says(served.get(page_path + "else"), 404));
  for (const char* method : {"POST", "PUT", "DELETE", "HEAD", "OPTIONS"}) {
    INFO(method);
    CHECK(says(served.ask(served.request(method, page_path, "Content-Length: 0\r\n")), 405));
    CHECK(says(served.ask(served.request(method, page_path + "control", "Content-Length: 0\r\n")), 405));
  }
}

TEST_CASE("Commands go to whom a live page has for them", "[live]") {
  std::string heard;
  const Served served([&](std::string_view body) {
    heard = body;
    return LiveAnswer{202, R"({"done":true})"};
  });
  const std::string path = "/" + served.token + "/control";
  const std::string answer = served.ask(served.request("POST", path, "Content-Length: 5\r\n") + "pause");
  CHECK(says(answer, 202));
  CHECK(answer.ends_with(R"({"done":true})"));
  CHECK(heard == "pause");
  CHECK(says(served.ask(served.request("POST", path, "Origin: http://example.org\r\nContent-Length: 4\r\n") + "stop"),
             403));
  CHECK(says(
      served.ask(served.request("POST", "/" + std::string(32, 'f') + "/control", "Content-Length: 4\r\n") + "stop"),
      403));
  CHECK(says(served.ask(served.request("GET", path)), 405));
  served.ask(served.request("POST", path, "Content-Length: 1000000\r\n") + std::string(1'000'000, 'x'));
  CHECK(heard == "pause");
}

TEST_CASE("Readers of a live page hear of each other's number alone", "[live]") {
  Served served;
  std::vector<Client> readers;
  for (std::size_t i = 0; i < kMostReaders; ++i) {
    readers.push_back(served.reader());
    CHECK(says(readers.back().receive("\ndata: "), 200));
  }
  CHECK(says(served.reader().receive(), 503));
  CHECK(says(served.page(), 200));
  readers.front().close();
  const auto end = std::chrono::steady_clock::now() + kPatience;
  bool taken = false;
  while (!taken && std::chrono::steady_clock::now() < end) {  // until the server has seen that one has gone
    Client next = served.reader();
    taken = says(next.receive("\r\n"), 200);
  }
  CHECK(taken);

  served.document.end(Json{{"made", "the last"}});
  for (std::size_t i = 1; i < kMostReaders; ++i) {
    const std::string& text = readers[i].receive("event: end");
    CHECK(text.find(R"("made":"the last")") != std::string::npos);
    CHECK(text.find("event: end") != std::string::npos);
  }
}

TEST_CASE("A reader that takes nothing keeps neither others nor the end waiting", "[live]") {
  Served served;
  served.text.assign(4'000'000, 'x');  // more than lies between two ends of a connection
  Client slow = served.reader();
  Client other = served.reader();
  other.receive("\n\n");
  served.document.end(Json{{"made", "the last"}});
  CHECK(other.receive("event: end").find("the last") != std::string::npos);
  served.server->stop();
  CHECK(slow.connected());
}

TEST_CASE("A thousand malformed requests change nothing", "[live]") {
  const Served served;
  const std::vector<std::string> kinds{
      "\r\n\r\n",
      "GET\r\n\r\n",
      std::string(200, '\0'),
      "GET / HTTP/9.9\r\n\r\n",
      "\x16\x03\x01\x02\x00\x01\x00\x01",  // TLS
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\n" + std::string(100'000, 'a'),
      "GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=" + std::string(7'000, '1') + "-\r\n\r\n",
      "GET /" + served.token + "/ HTTP/1.1\r\nHost: " + served.host() + "\r\nRange: bytes=0-1," +
          std::string(7'000, '-') + "\r\n\r\n",
      "GET /%%%%zz%00%ff?" + std::string(5'000, '&') + " HTTP/1.1\r\nHost: x\r\n\r\n",
      "POST /" + served.token + "/control HTTP/1.1\r\nHost: " + served.host() +
          "\r\nContent-Length: 99999999999999999999\r\n\r\nx",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
      "GET / HTTP/1.1\r\n" +
          [] {
            std::string headers;
            for (int i = 0; i < 3'000; ++i) {
              headers += "a: b\r\n";
            }
            return headers + "\r\n";
          }(),
  };
  std::string ranges = "GET /" + served.token + "/ HTTP/1.1\r\nHost: " + served.host() + "\r\nRange: bytes=0-1";
  for (int i = 0; i < 1'900; ++i) {
    ranges += ",0-1";
  }
  served.ask(ranges + "\r\n\r\n");
  for (int i = 0; i < 1'000; ++i) {
    Client client(served.port);
    client.send(kinds[static_cast<std::size_t>(i) % kinds.size()]);
    client.end_sending();
    client.receive();  // whatever is answered, the connection ends
  }
  CHECK(says(served.page(), 200));
}

TEST_CASE("A port that is taken is an error that says so", "[live]") {
  const Served served;
  GrowingDocument other("other", [] { return Json::object(); });
  const std::string port = std::to_string(served.port);
  CHECK_THROWS_WITH(make_live_server({other, {}}, served.port, STRATA_LIVE_MODULE_FILE),
                    "‹live› " + port +
                        ": cannot serve at this port of 127.0.0.1 (Address already in use); give another, "
                        "or none for a free one");
  other.end({});
}

}  // namespace strata

#endif
