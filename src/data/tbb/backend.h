// TBB's threads for the work that data shares: a target of its own, for programs that may have TBB in their process.
#pragma once

#include <string>

#include "data/parallel.h"

namespace strata {

const ParallelBackend& tbb_threads();

/// Which TBB runs, e.g. "2021.8.0".
std::string tbb_version();

}  // namespace strata
