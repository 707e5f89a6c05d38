#include "kernels/random_words.h"

#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/random_words.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "kernels/philox-inl.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

void RandomWords(const Random& random, std::uint32_t major, std::uint64_t first,
                 std::span<std::array<std::uint64_t, 2>> words) {
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i] = random.bits(major, first + i);
  }
#else
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::ScalableTag<std::uint64_t> d;
  constexpr std::size_t kLanes = hn::MaxLanes(d);
  const PhiloxKeys keys(random.key());
  for (std::size_t i = 0; i < words.size(); i += kLanes) {
    const auto position = hn::Iota(d, first + i);
    auto x0 = position;
    auto x1 = hn::ShiftRight<32>(position);
    auto x2 = hn::Set(d, major);
    auto x3 = hn::Set(d, static_cast<std::uint64_t>(random.stream()));
    keys.encrypt(d, x0, x1, x2, x3);
    HWY_ALIGN std::uint64_t lower[kLanes];
    HWY_ALIGN std::uint64_t upper[kLanes];
    hn::Store(joined(d, x0, x1), d, lower);
    hn::Store(joined(d, x2, x3), d, upper);
    for (std::size_t lane = 0; lane < std::min(kLanes, words.size() - i); ++lane) {
      words[i + lane] = {lower[lane], upper[lane]};
    }
  }
#endif
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::kernels {

STRATA_EXPORT(RandomWords);

void random_words(const Random& random, std::uint32_t major, std::uint64_t first,
                  std::span<std::array<std::uint64_t, 2>> words) {
  STRATA_DISPATCH(RandomWords)(random, major, first, words);
}

std::vector<std::uint32_t> permutation(const Random& random, std::size_t count, std::uint32_t major) {
  constexpr std::size_t kTogether = 64;  // 1 KB of the nearest cache
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  std::array<std::array<std::uint64_t, 2>, kTogether> words;
  for (std::size_t end = count; end > 1;) {
    const std::size_t first = std::max<std::size_t>((end - 1) / kTogether * kTogether, 1);
    random_words(random, major, first, std::span(words).first(end - first));
    for (; end > first; --end) {
      std::swap(order[end - 1], order[scaled_below(words[end - 1 - first][0], end)]);
    }
  }
  return order;
}

}  // namespace strata::kernels
#endif
