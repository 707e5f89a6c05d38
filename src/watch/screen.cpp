#include "watch/screen.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string_view>

namespace strata::watch {

namespace {

// A page of its own, without cursor.
constexpr std::string_view kTake = "\x1b[?1049h\x1b[?25l\x1b[2J";
constexpr std::string_view kGiveBack = "\x1b[0m\x1b[?25h\x1b[?1049l";

// A handler can reach nothing but what is static.
std::atomic<bool> g_taken{false};
std::atomic<bool> g_has_mode{false};
termios g_mode{};  ///< of stdin, before
static_assert(std::atomic<bool>::is_always_lock_free);

void write(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

constexpr char kSuspend = '\x1a';  // ctrl-Z

}  // namespace

Screen::Screen() : has_keys_(isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &g_mode) == 0) { take(); }

Screen::~Screen() { give_back(); }

void Screen::take() {
  if (has_keys_) {
    termios mode = g_mode;
    mode.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    mode.c_cc[VMIN] = 0;
    mode.c_cc[VTIME] = 0;
    mode.c_cc[VSUSP] = _POSIX_VDISABLE;  // comes as a key: the terminal is given back before the program stops
    g_has_mode = true;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &mode);
  }
  g_taken = true;
  write(kTake);
  drawn_.clear();
}

void Screen::give_back() {
  if (g_taken.exchange(false)) {
    [[maybe_unused]] const auto ignored = ::write(STDERR_FILENO, kGiveBack.data(), kGiveBack.size());
  }
  if (g_has_mode.exchange(false)) {
    tcsetattr(STDIN_FILENO, TCSADRAIN, &g_mode);
  }
}

Screen::Size Screen::size() const {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0
             ? Size{size.ws_col, size.ws_row}
             : Size{};
}

void Screen::draw(const std::vector<std::string>& lines) {
  std::string text;
  if (const Size now = size(); drawn_.empty() || now != drawn_size_) {
    text = "\x1b[0m\x1b[2J";
    drawn_.clear();
    drawn_size_ = now;
  }
  for (std::size_t row = 0; row < lines.size(); ++row) {
    if (row >= drawn_.size() || drawn_[row] != lines[row]) {
      text += "\x1b[" + std::to_string(row + 1) + ";1H\x1b[K" + lines[row];
    }
  }
  if (!text.empty()) {
    write(text);
  }
  drawn_ = lines;
}

char Screen::key(std::chrono::milliseconds patience) {
  pollfd input{.fd = has_keys_ ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0};
  if (::poll(&input, 1, static_cast<int>(patience.count())) <= 0 || !has_keys_) {
    return 0;
  }
  std::array<char, 1> pressed{};
  const ssize_t count = ::read(STDIN_FILENO, pressed.data(), 1);
  if (count == 0 || (count < 0 && errno != EINTR)) {  // hung up
    has_keys_ = false;
  }
  if (count == 1 && pressed[0] == kSuspend) {
    give_back();
    std::raise(SIGTSTP);
    take();
  }
  return count == 1 ? pressed[0] : '\0';
}

}  // namespace strata::watch
