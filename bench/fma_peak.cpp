#include "bench/fma_peak.h"

#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/fma_peak.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <vector>

#include "core/error.h"
#include "kernels/onednn/threads.h"

HWY_BEFORE_NAMESPACE();
namespace strata::bench::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// x = x / 2 + 1 on 12 vectors, `rounds` times; returns the floating-point operations done. x tends to 2.
std::size_t fma_chains(std::size_t rounds, float* result) {
  const hn::ScalableTag<float> d;
  const auto half = hn::Set(d, 0.5F);
  const auto one = hn::Set(d, 1.0F);
  // From different starts, so that no compiler can see that all chains end alike.
  const auto start = [&](int n) HWY_ATTR { return hn::Set(d, static_cast<float>(n)); };
  auto a = start(0), b = start(1), c = start(2), e = start(3), f = start(4), g = start(5);
  auto h = start(6), i = start(7), j = start(8), k = start(9), l = start(10), m = start(11);
  for (std::size_t round = 0; round < rounds; ++round) {
    a = hn::MulAdd(a, half, one);
    b = hn::MulAdd(b, half, one);
    c = hn::MulAdd(c, half, one);
    e = hn::MulAdd(e, half, one);
    f = hn::MulAdd(f, half, one);
    g = hn::MulAdd(g, half, one);
    h = hn::MulAdd(h, half, one);
    i = hn::MulAdd(i, half, one);
    j = hn::MulAdd(j, half, one);
    k = hn::MulAdd(k, half, one);
    l = hn::MulAdd(l, half, one);
    m = hn::MulAdd(m, half, one);
  }
  const auto sum = hn::Add(hn::Add(hn::Add(a, b), hn::Add(c, e)),
                           hn::Add(hn::Add(hn::Add(f, g), hn::Add(h, i)), hn::Add(hn::Add(j, k), hn::Add(l, m))));
  *result = hn::GetLane(sum);
  return rounds * 12 * 2 * hn::Lanes(d);
}

}  // namespace strata::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::bench {

HWY_EXPORT(fma_chains);

double fma_peak(int threads, double seconds) {
  using Clock = std::chrono::steady_clock;
  constexpr std::size_t kRounds = 100'000;
  double best = 0;
  const auto start = Clock::now();
  do {
    std::vector<std::size_t> operations(static_cast<std::size_t>(threads));
    std::vector<float> sums(static_cast<std::size_t>(threads));
    const auto begin = Clock::now();
    kernels::onednn::parallel(threads, [&](int thread, int) {
      const auto t = static_cast<std::size_t>(thread);
      operations[t] = HWY_DYNAMIC_DISPATCH(fma_chains)(kRounds, &sums[t]);
    });
    const double elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
    double total = 0;
    for (std::size_t t = 0; t < operations.size(); ++t) {
      if (std::fabs(sums[t] - 24.0F) > 1e-3F) {
        throw failed_error("the FMA loop's sum is {}, not 24", sums[t]);
      }
      total += static_cast<double>(operations[t]);
    }
    best = std::max(best, total / elapsed * 1e-9);
  } while (std::chrono::duration<double>(Clock::now() - start).count() < seconds);
  return best;
}

}  // namespace strata::bench
#endif
