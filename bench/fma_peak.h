// The hardware's limit that everything is compared with: a loop of fused multiply-adds in registers.
#pragma once

namespace strata::bench {

/// GFLOP/s in fp32 of `threads` threads, each running independent chains of fused multiply-adds for about
/// `seconds`, on the instruction set that the kernels use. Throws Error(failed) if the sums come out wrong.
double fma_peak(int threads, double seconds);

}  // namespace strata::bench
