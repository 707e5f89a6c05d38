// What a caller passes: arrays, and lists of names.
#pragma once

#include <strata.h>

#include <cstddef>
#include <string>
#include <vector>

#include "data/formats/memory_array.h"

namespace strata::library {

/// The array as one of ours, called `name` in messages. Throws Error(usage) for a description that makes no sense
/// (null, an unknown dtype, a size below 0, or so large that bytes or rows could not be counted) and Error(data) for
/// one without elements.
MemoryArray memory_array(const strata_array& array, const std::string& name);

/// `count` names, or none for null and 0. Throws Error(usage) for one that is null, empty or no UTF-8, or of which
/// there are two.
std::vector<std::string> names_of(const char* const* names, std::size_t count, const std::string& what);

}  // namespace strata::library
