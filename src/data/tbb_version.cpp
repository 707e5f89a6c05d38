#include "data/tbb_version.h"

#include <tbb/version.h>

namespace strata {

std::string tbb_version() { return TBB_runtime_version(); }

}  // namespace strata
