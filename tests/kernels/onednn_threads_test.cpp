#include <atomic>
#include <cerrno>

#include "kernels/onednn/threads.h"
#include "tests/catch.h"
#include "tests/core/refused_calls.h"

namespace strata::kernels::onednn::kernels_onednn_threads_test {

TEST_CASE("threads that the system refuses are an error, and not the end of the process", "[kernels]") {
  CHECK(test::missing_without({{SYS_clone3, EAGAIN}, {SYS_clone, EAGAIN}},
                              {"cannot start 16 threads: Resource temporarily unavailable", "ulimit -u"},
                              [] { use_threads(16); }) == "");
  std::atomic<int> ran = 0;
  use_threads(3);
  parallel(3, [&](int, int) { ++ran; });
  CHECK(ran == 3);
}

}  // namespace strata::kernels::onednn::kernels_onednn_threads_test
