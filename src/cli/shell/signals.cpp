#include "cli/shell/signals.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <string_view>

#include "core/file.h"
#include "watch/screen.h"

namespace strata::cli {

namespace {

struct StopSignal {
  int number;
  std::string_view name;
};

constexpr std::array kStopSignals{StopSignal{SIGINT, "SIGINT"},   StopSignal{SIGHUP, "SIGHUP"},
                                  StopSignal{SIGUSR1, "SIGUSR1"}, StopSignal{SIGUSR2, "SIGUSR2"},
                                  StopSignal{SIGXCPU, "SIGXCPU"}, StopSignal{SIGTERM, "SIGTERM"}};

// A handler can reach nothing but what is static.
std::atomic<int> g_received{0};
std::atomic<bool> g_was_asked{false};  ///< by SIGINT or SIGTERM
std::atomic<bool> g_takes_note{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

constexpr int kSignalled = 128;  ///< exit codes of processes that a signal ends, as shells count them

/// Somebody asks. The others come by themselves, perhaps several times: SIGXCPU comes every second.
bool is_request(int signal) { return signal == SIGINT || signal == SIGTERM; }

bool ends_at_once(int signal) {
  int none = 0;
  const bool first = g_received.compare_exchange_strong(none, signal);
  const bool asked_again = is_request(signal) && g_was_asked.exchange(true);
  return g_takes_note ? asked_again : first || is_request(signal);
}

void tell(int signal) {
  std::array<char, 40> text{};
  char* end = text.data();
  for (const std::string_view part :
       {std::string_view("strata: stopped by "), signal_name(signal), std::string_view("\n")}) {
    end = std::copy(part.begin(), part.end(), end);
  }
  [[maybe_unused]] const auto ignored =
      ::write(STDERR_FILENO, text.data(), static_cast<std::size_t>(end - text.data()));
}

/// Async-signal-safe, as is all that it calls.
extern "C" void on_stop(int signal) {
  if (ends_at_once(signal)) {
    remove_temporary_files();
    watch::Screen::give_back();
    tell(signal);
    ::_exit(kSignalled + signal);
  }
}

extern "C" void on_closed_pipe(int signal) {
  remove_temporary_files();
  watch::Screen::give_back();
  ::_exit(kSignalled + signal);
}

bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;  // reads and writes in progress go on
  sigemptyset(&action.sa_mask);
  for (const StopSignal& other : kStopSignals) {
    sigaddset(&action.sa_mask, other.number);
  }
  sigaction(signal, &action, nullptr);
}

}  // namespace

std::string_view signal_name(int signal) {
  const auto* const found = std::ranges::find(kStopSignals, signal, &StopSignal::number);
  return found == kStopSignals.end() ? "a signal" : found->name;
}

void set_up_signals() {
  std::signal(SIGXFSZ, SIG_IGN);
  handle(SIGPIPE, on_closed_pipe);
  for (const StopSignal& signal : kStopSignals) {
    // A shell without job control ignores SIGINT for what it starts in the background; it stops that all the same.
    if (is_request(signal.number) || !is_ignored(signal.number)) {
      handle(signal.number, on_stop);
    }
  }
}

void turn_closed_pipes_into_errors() { std::signal(SIGPIPE, SIG_IGN); }

void ignore_stop_signals() {
  for (const StopSignal& signal : kStopSignals) {
    std::signal(signal.number, SIG_IGN);
  }
}

StopSignals::StopSignals() {
  turn_closed_pipes_into_errors();
  g_takes_note = true;
}

StopSignals::~StopSignals() { end_at_once(); }

void StopSignals::end_at_once() const { g_takes_note = false; }

int StopSignals::received() const { return g_received.load(std::memory_order_relaxed); }

}  // namespace strata::cli
