// Denormal numbers flushed to zero, so that they cost neither time nor, between instruction sets, bits.
#pragma once

#include <cstdint>

namespace strata::kernels {

/// While it lives, the thread that made it reads and writes denormals as zero; afterwards its floating-point mode is
/// again what it was. Every computing thread has one while it computes.
class DenormalsFlushed {
 public:
  DenormalsFlushed();
  ~DenormalsFlushed();
  DenormalsFlushed(const DenormalsFlushed&) = delete;
  DenormalsFlushed& operator=(const DenormalsFlushed&) = delete;

 private:
  std::uint64_t before_;
};

/// For good: in threads that nobody else has.
void flush_denormals();

}  // namespace strata::kernels
