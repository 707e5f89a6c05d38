#include "cli/signals.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <string_view>

#include "core/temporary_name.h"

namespace strata::cli {

namespace {

// A handler can reach nothing but what is static.
std::atomic<int> g_received{0};
std::atomic<bool> g_takes_note{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

constexpr int kSignalled = 128;  ///< exit codes of processes that a signal ends, as shells count them

/// Async-signal-safe, as is all that it calls.
extern "C" void on_stop(int signal) {
  int none = 0;
  if (g_received.compare_exchange_strong(none, signal) && g_takes_note) {
    return;
  }
  remove_temporary_files();
  const std::string_view text = signal == SIGTERM ? "strata: stopped by SIGTERM\n" : "strata: stopped by SIGINT\n";
  [[maybe_unused]] const auto ignored = ::write(STDERR_FILENO, text.data(), text.size());
  ::_exit(kSignalled + signal);
}

void handle(int signal) {
  struct sigaction action {};
  action.sa_handler = on_stop;
  action.sa_flags = SA_RESTART;  // reads and writes in progress go on
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, SIGINT);
  sigaddset(&action.sa_mask, SIGTERM);
  sigaction(signal, &action, nullptr);
}

}  // namespace

void ignore_broken_pipes() { std::signal(SIGPIPE, SIG_IGN); }

void end_on_stop_signals() {
  handle(SIGINT);
  handle(SIGTERM);
}

void ignore_stop_signals() {
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_IGN);
}

StopSignals::StopSignals() { g_takes_note = true; }

StopSignals::~StopSignals() { end_at_once(); }

void StopSignals::end_at_once() const { g_takes_note = false; }

int StopSignals::received() const { return g_received.load(std::memory_order_relaxed); }

}  // namespace strata::cli
