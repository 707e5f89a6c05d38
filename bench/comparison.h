// Two runs' JSON files beside each other.
#pragma once

#include <string>

namespace strata::bench {

/// Prints the rows of both files whose times differ beyond noise, and what only one of them has. True if none became
/// slower. A difference is beyond noise if best and median both change by more than 3 % and the larger of the two
/// spreads. Throws Error(data) for a file that strata_bench did not write, or runs of different machines.
bool compare_files(const std::string& before, const std::string& after);

}  // namespace strata::bench
