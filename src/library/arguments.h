// What a caller passes, checked: arrays, lists of names, and settings as JSON.
#pragma once

#include <strata.h>

#include <cstddef>
#include <string>
#include <vector>

#include "data/formats/memory_array.h"
#include "settings/given.h"
#include "settings/option.h"

namespace strata::library {

/// The array as one of ours, called `name` in messages. Throws Error(usage) for a description that makes no sense
/// (null, an unknown dtype, a size below 0, or so large that bytes or rows could not be counted) and Error(data) for
/// one without elements.
MemoryArray memory_array(const strata_array& array, const std::string& name);

/// `count` names, or none for null and 0. Throws Error(usage) for one that is null, empty or no UTF-8, or of which
/// there are two.
std::vector<std::string> names_of(const char* const* names, std::size_t count, const std::string& what);

/// The texts of the options that the JSON object gives; null and "" give none. Throws Error(usage) for text that is no
/// JSON object, an unknown name, or a value of another type.
GivenTexts texts_of_json(const std::vector<Option>& options, const char* settings);

/// Throws Error(usage) for one of the `given` that writes files by itself.
void refuse_outputs(const std::vector<Option>& options, const GivenTexts& given);

}  // namespace strata::library
