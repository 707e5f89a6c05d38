// Which Highway targets are compiled: AVX2 with FMA, AVX-512, SSE4, NEON, and the compiler's baseline.
// Include before any of Highway's headers, in every file that has one.
#pragma once

// Later forms of AVX-512 add nothing that fp32 kernels use. Lazily expanded: which of them exist depends on
// Highway's version, which its header tells.
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_AVX3_DL | STRATA_NEWER_AVX3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)

#include <hwy/detect_targets.h>

#if defined(HWY_AVX3_SPR)
#define STRATA_NEWER_AVX3 (HWY_AVX3_ZEN4 | HWY_AVX3_SPR)
#elif defined(HWY_AVX3_ZEN4)
#define STRATA_NEWER_AVX3 HWY_AVX3_ZEN4
#else
#define STRATA_NEWER_AVX3 0
#endif

#include <type_traits>

#include "kernels/instruction_set.h"

// Tables of our own in place of HWY_EXPORT and HWY_DYNAMIC_DISPATCH: those choose for the whole process, where a run
// has its own instruction set, and need Highway's library, which costs a process two milliseconds to load.
// STRATA_EXPORT(NAME) makes the table of a function that is compiled for each target; STRATA_DISPATCH(NAME) is the
// one for the calling thread's.
#if HWY_ARCH_X86 && (HWY_TARGETS & (HWY_TARGETS - 1)) != 0
#define STRATA_EXPORT(NAME)                                                                                 \
  static constexpr decltype(&HWY_STATIC_DISPATCH(NAME)) NAME##_of_target[strata::kernels::kTargets] = {     \
      HWY_CHOOSE_FALLBACK(NAME), strata::kernels::either(HWY_CHOOSE_SSE4(NAME), HWY_CHOOSE_FALLBACK(NAME)), \
      strata::kernels::either(HWY_CHOOSE_AVX2(NAME), HWY_CHOOSE_FALLBACK(NAME)),                            \
      strata::kernels::either(HWY_CHOOSE_AVX3(NAME), HWY_CHOOSE_FALLBACK(NAME))}
#define STRATA_DISPATCH(NAME) (*NAME##_of_target[strata::kernels::target_index()])
#else
#define STRATA_EXPORT(NAME) static_assert(true)
#define STRATA_DISPATCH(NAME) HWY_STATIC_DISPATCH(NAME)
#endif

namespace strata::kernels {

/// `function`, or `baseline` where the compiler's baseline contains the target, so that none is compiled for it.
template <class Function>
constexpr Function* either(std::type_identity_t<Function>* function, Function* baseline) {
  return function != nullptr ? function : baseline;
}

}  // namespace strata::kernels
