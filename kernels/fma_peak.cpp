#include "kernels/fma_peak.h"

#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/fma_peak.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

#include "core/error.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

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

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::kernels {

STRATA_EXPORT(fma_chains);

namespace {

constexpr std::size_t kRoundsOfAWindow = 100'000;  // some 200 us

/// What one thread has done in a window.
struct alignas(64) Chains {
  std::size_t operations = 0;
  float sum = 24;
};

/// The caller and others, which run windows of chains at the same time. Who waits gives its CPU to the next, as there
/// may be more threads than CPUs.
class ChainRunners {
 public:
  ChainRunners(int threads, InstructionSet newest) : newest_(newest), chains_(static_cast<std::size_t>(threads)) {
    try {
      while (others_.size() + 1 < chains_.size()) {
        others_.emplace_back([this, thread = others_.size() + 1] { work(thread); });
      }
    } catch (const std::system_error& error) {
      end();
      throw failed_error("cannot start {} threads: {}; use fewer, or raise the limit of processes (ulimit -u)", threads,
                         error.code().message());
    }
    wait_for(ended_, others_.size());  // until they are there
  }
  ~ChainRunners() { end(); }
  ChainRunners(const ChainRunners&) = delete;
  ChainRunners& operator=(const ChainRunners&) = delete;

  /// GFLOP/s of one window.
  double run() {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point start = Clock::now();
    const std::size_t window = begun_.fetch_add(1) + 1;
    run_chains(0);
    wait_for(ended_, others_.size() * (window + 1));
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    double operations = 0;
    for (const Chains& chains : chains_) {
      if (std::fabs(chains.sum - 24.0F) > 1e-3F) {
        throw failed_error("the FMA loop's sum is {}, not 24", chains.sum);
      }
      operations += static_cast<double>(chains.operations);
    }
    return operations / seconds * 1e-9;
  }

 private:
  static void wait_for(const std::atomic<std::size_t>& counter, std::size_t count) {
    while (counter.load() < count) {
      std::this_thread::yield();
    }
  }

  void run_chains(std::size_t thread) {
    const InstructionSetScope scope(newest_);
    Chains& chains = chains_[thread];
    chains.operations = STRATA_DISPATCH(fma_chains)(kRoundsOfAWindow, &chains.sum);
  }

  void work(std::size_t thread) {
    for (std::size_t window = 1;; ++window) {
      ++ended_;
      wait_for(begun_, window);
      if (over_) {
        return;
      }
      run_chains(thread);
    }
  }

  void end() {
    over_ = true;
    ++begun_;
    others_.clear();
  }

  InstructionSet newest_;
  std::vector<Chains> chains_;  ///< of each thread
  std::atomic<std::size_t> begun_{0};
  std::atomic<std::size_t> ended_{0};  ///< by the other threads, of which each counts one more when it starts
  std::atomic<bool> over_{false};
  std::vector<std::jthread> others_;
};

}  // namespace

double fma_peak(int threads, double seconds, InstructionSet newest) {
  using Clock = std::chrono::steady_clock;
  ChainRunners runners(threads, newest);
  double best = 0;
  const Clock::time_point start = Clock::now();
  do {
    best = std::max(best, runners.run());
  } while (std::chrono::duration<double>(Clock::now() - start).count() < seconds);
  return best;
}

}  // namespace strata::kernels
#endif
