#include "kernels/dropout.h"

#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/dropout.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/random.h"
#include "kernels/philox-inl.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Units of a block, and the Philox counters whose four words each decide on them.
inline constexpr std::size_t kBlockUnits = 16;
inline constexpr std::size_t kBlockCounters = 4;

#if HWY_TARGET == HWY_SCALAR

/// Drops units of one block in one row: here one by one, as a vector has no room for a product of two words.
class BlockDropout {
 public:
  explicit BlockDropout(const DropoutMask& mask) : mask_(mask) {}

  void operator()(std::size_t row, std::size_t block, const float* src, float* dst) const {
    for (std::size_t u = 0; u < kBlockUnits; ++u) {
      const std::size_t counter = block * kBlockCounters + u / 2 % kBlockCounters;
      const auto words = philox({static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(counter), 0,
                                 static_cast<std::uint32_t>(RandomStream::dropout)},
                                mask_.key);
      dst[u] = words[u / 8 * 2 + u % 2] >= mask_.threshold ? mask_.scale * src[u] : 0.0F;
    }
  }

 private:
  DropoutMask mask_;
};

#else

/// Drops units of one block in one row, by several counters at once.
class BlockDropout {
 public:
  explicit BlockDropout(const DropoutMask& mask) : threshold_(mask.threshold), scale_(mask.scale), keys_(mask.key) {}

  HWY_INLINE void operator()(std::size_t row, std::size_t block, const float* src, float* dst) const {
    constexpr std::size_t kCounters = hn::MaxLanes(D());
    for (std::size_t counter = 0; counter < kBlockCounters; counter += kCounters) {
      Words lower;
      Words upper;
      draw(row, block * kBlockCounters + counter, lower, upper);
      drop(lower, src + 2 * counter, dst + 2 * counter);
      drop(upper, src + kBlockUnits / 2 + 2 * counter, dst + kBlockUnits / 2 + 2 * counter);
    }
  }

 private:
  using D = hn::CappedTag<std::uint64_t, kBlockCounters>;
  using Halves = hn::Repartition<std::uint32_t, D>;
  using Words = hn::Vec<Halves>;

  /// The words of counters (row, first …, 0, dropout): those of a block's units 0 … 7 in `lower`, of the others in
  /// `upper`.
  HWY_INLINE void draw(std::size_t row, std::size_t first, Words& lower, Words& upper) const {
    const D d;
    auto x0 = hn::Set(d, row);
    auto x1 = hn::Iota(d, first);
    auto x2 = hn::Zero(d);
    auto x3 = hn::Set(d, static_cast<std::uint64_t>(RandomStream::dropout));
    keys_.encrypt(d, x0, x1, x2, x3);
    lower = hn::BitCast(Halves(), joined(d, x0, x1));
    upper = hn::BitCast(Halves(), joined(d, x2, x3));
  }

  HWY_INLINE void drop(Words words, const float* src, float* dst) const {
    const hn::RebindToFloat<Halves> d;
    const auto dropped = hn::RebindMask(d, hn::Lt(words, hn::Set(Halves(), threshold_)));
    hn::StoreU(hn::IfThenZeroElse(dropped, hn::Mul(hn::Set(d, scale_), hn::LoadU(d, src))), d, dst);
  }

  std::uint32_t threshold_;
  float scale_;
  PhiloxKeys keys_;
};

#endif

void DropUnits(const DropoutMask& mask, MatrixView<const float> src, std::size_t first_row, std::size_t first_unit,
               MatrixView<float> dst) {
  const BlockDropout drop(mask);
  const std::size_t first_block = first_unit / kBlockUnits;
  const std::size_t whole = src.columns() / kBlockUnits;
  const std::size_t rest = src.columns() % kBlockUnits;
  for (std::size_t r = 0; r < src.rows(); ++r) {
    const float* from = src.row(r);
    float* to = dst.row(r);
    for (std::size_t block = 0; block < whole; ++block) {
      drop(first_row + r, first_block + block, from + block * kBlockUnits, to + block * kBlockUnits);
    }
    if (rest != 0) {
      float last[kBlockUnits] = {};
      std::copy_n(from + whole * kBlockUnits, rest, last);
      drop(first_row + r, first_block + whole, last, last);
      std::copy_n(last, rest, to + whole * kBlockUnits);
    }
  }
}

void DropBf16Units(const DropoutMask& mask, MatrixView<const Bf16> src, std::size_t first_row, std::size_t first_unit,
                   MatrixView<Bf16> dst) {
  const BlockDropout drop(mask);
  for (std::size_t r = 0; r < src.rows(); ++r) {
    for (std::size_t u = 0; u < src.columns(); u += kBlockUnits) {
      const std::size_t units = std::min(kBlockUnits, src.columns() - u);
      float block[kBlockUnits] = {};
      std::transform(src.row(r) + u, src.row(r) + u + units, block, to_float);
      drop(first_row + r, (first_unit + u) / kBlockUnits, block, block);
      std::transform(block, block + units, dst.row(r) + u, to_bf16);
    }
  }
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::kernels {

STRATA_EXPORT(DropUnits);
STRATA_EXPORT(DropBf16Units);

DropoutMask dropout_mask(double rate, std::uint64_t seed, std::size_t layer, std::uint64_t step) {
  assert(rate >= 0 && rate < 1);
  const std::uint64_t key = Random(seed, RandomStream::dropout).bits(static_cast<std::uint32_t>(layer), step)[0];
  const double threshold = std::min(std::floor(rate * 0x1p32 + 0.5), 0x1p32 - 1);
  return {{static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)},
          static_cast<std::uint32_t>(threshold),
          static_cast<float>(1 / (1 - rate))};
}

void drop_units(const DropoutMask& mask, MatrixView<const float> src, std::size_t first_row, std::size_t first_unit,
                MatrixView<float> dst) {
  assert(first_unit % 16 == 0 && src.rows() == dst.rows() && src.columns() == dst.columns());
  STRATA_DISPATCH(DropUnits)(mask, src, first_row, first_unit, dst);
}

void drop_units(const DropoutMask& mask, MatrixView<const Bf16> src, std::size_t first_row, std::size_t first_unit,
                MatrixView<Bf16> dst) {
  assert(first_unit % 16 == 0 && src.rows() == dst.rows() && src.columns() == dst.columns());
  STRATA_DISPATCH(DropBf16Units)(mask, src, first_row, first_unit, dst);
}

}  // namespace strata::kernels
#endif
