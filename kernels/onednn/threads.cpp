#include "kernels/onednn/threads.h"

#include <omp.h>

#include <future>
#include <system_error>
#include <thread>
#include <vector>

#include "core/error.h"
#include "kernels/denormals.h"

namespace strata::kernels::onednn {

namespace {

/// OpenMP ends the process, in words of its own, where it cannot start a thread: so it is tried before.
void try_to_start(int threads) {
  std::promise<void> all_are_there;
  const std::shared_future<void> released = all_are_there.get_future().share();
  std::vector<std::thread> others;
  std::error_code refused;
  try {
    while (others.size() + 1 < static_cast<std::size_t>(threads)) {
      others.emplace_back([released] { released.wait(); });
    }
  } catch (const std::system_error& error) {
    refused = error.code();
  }
  all_are_there.set_value();
  for (std::thread& other : others) {
    other.join();
  }
  if (refused) {
    throw failed_error("cannot start {} threads: {}; use fewer, or raise the limit of processes (ulimit -u)", threads,
                       refused.message());
  }
}

}  // namespace

void use_threads(int threads) {
  thread_local int started = 1;  // those that OpenMP keeps for this thread
  if (threads > started) {
    try_to_start(threads);
  }
  started = threads;
  omp_set_num_threads(threads);
  parallel(threads, [](int thread, int) {
    if (thread > 0) {
      flush_denormals();
    }
  });
}

void run_parallel(int threads, void (*body)(void* context, int thread, int count), void* context) {
  if (threads == 1) {
    body(context, 0, 1);
    return;
  }
#pragma omp parallel num_threads(threads)
  body(context, omp_get_thread_num(), omp_get_num_threads());
}

}  // namespace strata::kernels::onednn
