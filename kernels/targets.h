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

#include <hwy/targets.h>

#include "kernels/instruction_set.h"

// The function that HWY_EXPORT(NAME) has made for the calling thread's instruction set. (HWY_DYNAMIC_DISPATCH would ask
// for the process's.)
#if (HWY_TARGETS & (HWY_TARGETS - 1)) == 0
#define STRATA_DISPATCH(NAME) HWY_STATIC_DISPATCH(NAME)
#else
#define STRATA_DISPATCH(NAME) (*(HWY_DISPATCH_TABLE(NAME)[strata::kernels::target_index()]))
#endif
