// The hardware's limit that everything is compared with: a loop of fused multiply-adds in registers.
#pragma once

#include "kernels/instruction_set.h"

namespace strata::kernels {

/// GFLOP/s in fp32 of `threads` threads, each running independent chains of fused multiply-adds, the best of the
/// windows that fit into `seconds` (at least one), on nothing newer than `newest`. The threads are its own and end with
/// it. Throws Error(failed) if the system does not give so many, or the sums come out wrong.
double fma_peak(int threads, double seconds, InstructionSet newest = InstructionSet::automatic);

}  // namespace strata::kernels
