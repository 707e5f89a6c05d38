#include "kernels/onednn/threads.h"

#include <omp.h>

#include "kernels/denormals.h"

namespace strata::kernels::onednn {

void use_threads(int threads) {
  omp_set_num_threads(threads);
  parallel(threads, [](int, int) { flush_denormals(); });
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
