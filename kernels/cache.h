// The CPU's caches, as far as a kernel's order of work depends on them; results never do.
#pragma once

#include <cstddef>

namespace strata::kernels {

/// Bytes of data that the cache nearest to a core holds, and those of its second cache; a usual size where the system
/// does not say.
std::size_t nearest_cache_bytes();
std::size_t second_cache_bytes();

}  // namespace strata::kernels
