#include "kernels/cache.h"

#include <unistd.h>

namespace strata::kernels {

namespace {

std::size_t cache_bytes(int name, std::size_t usual) {
  const long bytes = sysconf(name);
  return bytes > 0 ? static_cast<std::size_t>(bytes) : usual;
}

}  // namespace

std::size_t nearest_cache_bytes() {
  static const std::size_t bytes = cache_bytes(_SC_LEVEL1_DCACHE_SIZE, 32 * 1024);
  return bytes;
}

std::size_t second_cache_bytes() {
  static const std::size_t bytes = cache_bytes(_SC_LEVEL2_CACHE_SIZE, 1024 * 1024);
  return bytes;
}

}  // namespace strata::kernels
