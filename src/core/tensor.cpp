#include "core/tensor.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <cstdlib>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif

namespace strata {

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

std::size_t rounded_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

/// Tells AddressSanitizer that what is allocated for the sake of alignment belongs to nobody.
void forbid([[maybe_unused]] const void* memory, [[maybe_unused]] std::size_t bytes) {
#ifdef ASAN_POISON_MEMORY_REGION
  ASAN_POISON_MEMORY_REGION(memory, bytes);
#endif
}

}  // namespace

void* allocate_aligned(std::size_t bytes) {
  const std::size_t alignment = bytes >= kHugePage ? kHugePage : kAlignment;
  const std::size_t size = rounded_up(bytes, alignment);
  void* memory = size < bytes ? nullptr : std::aligned_alloc(alignment, size);
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  forbid(static_cast<const char*>(memory) + bytes, size - bytes);
#if defined(__linux__)
  if (alignment == kHugePage) {
    madvise(memory, bytes, MADV_HUGEPAGE);  // a wish: where it is not granted, small pages do
  }
#endif
  return memory;
}

void free_aligned(void* memory) noexcept { std::free(memory); }

}  // namespace strata
