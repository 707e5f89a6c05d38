// Which TBB runs.
#pragma once

#include <string>

namespace strata {

/// E.g. "2021.8.0".
std::string tbb_version();

}  // namespace strata
