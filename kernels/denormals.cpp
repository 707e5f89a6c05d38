#include "kernels/denormals.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace strata::kernels {

namespace {

#if defined(__x86_64__)

constexpr unsigned kFlush = 0x8000 | 0x0040;  // results, and operands

std::uint64_t mode() { return _mm_getcsr(); }
void set_mode(std::uint64_t mode) { _mm_setcsr(static_cast<unsigned>(mode)); }

#elif defined(__aarch64__)

constexpr std::uint64_t kFlush = std::uint64_t{1} << 24;  // operands and results

std::uint64_t mode() {
  std::uint64_t control = 0;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  return control;
}
void set_mode(std::uint64_t mode) { asm volatile("msr fpcr, %0" : : "r"(mode)); }

#else

constexpr std::uint64_t kFlush = 0;

std::uint64_t mode() { return 0; }
void set_mode(std::uint64_t) {}

#endif

}  // namespace

DenormalsFlushed::DenormalsFlushed() : before_(mode()) { set_mode(before_ | kFlush); }

DenormalsFlushed::~DenormalsFlushed() { set_mode(before_); }

void flush_denormals() { set_mode(mode() | kFlush); }

}  // namespace strata::kernels
