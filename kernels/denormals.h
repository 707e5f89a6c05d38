// Denormal numbers flushed to zero, so that they cost neither time nor, between instruction sets, bits.
#pragma once

namespace strata::kernels {

/// From now on the calling thread reads and writes denormals as zero. Every computing thread calls it once.
void flush_denormals();

}  // namespace strata::kernels
