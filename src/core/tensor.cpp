#include "core/tensor.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <cstdlib>

namespace strata {

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

std::size_t rounded_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

}  // namespace

void* allocate_aligned(std::size_t bytes) {
  const std::size_t alignment = bytes >= kHugePage ? kHugePage : kAlignment;
  const std::size_t size = rounded_up(bytes, kAlignment);
  void* memory = size < bytes ? nullptr : std::aligned_alloc(alignment, rounded_up(size, alignment));
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
#if defined(__linux__)
  if (alignment == kHugePage) {
    madvise(memory, bytes, MADV_HUGEPAGE);  // a wish: where it is not granted, small pages do
  }
#endif
  return memory;
}

void free_aligned(void* memory) noexcept { std::free(memory); }

}  // namespace strata
