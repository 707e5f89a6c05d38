#include "cli/signals.h"

#include <atomic>
#include <csignal>

namespace strata::cli {

namespace {

// A handler can reach nothing but what is static.
std::atomic<int> g_received{0};
static_assert(std::atomic<int>::is_always_lock_free);

/// Async-signal-safe: signal() and a lock-free store.
extern "C" void note_stop(int signal) {
  g_received.store(signal, std::memory_order_relaxed);
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;  // reads and writes in progress go on
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, SIGINT);
  sigaddset(&action.sa_mask, SIGTERM);
  sigaction(signal, &action, nullptr);
}

}  // namespace

void ignore_broken_pipes() { std::signal(SIGPIPE, SIG_IGN); }

StopSignals::StopSignals() {
  handle(SIGINT, note_stop);
  handle(SIGTERM, note_stop);
}

int StopSignals::received() const { return g_received.load(std::memory_order_relaxed); }

}  // namespace strata::cli
