// Settings as JSON text, and what a library takes of them.
#pragma once

#include <string>
#include <vector>

#include "settings/given.h"
#include "settings/option.h"

namespace strata::library {

/// The texts of the options that the JSON object gives; null and "" give none. Throws Error(usage) for text that is no
/// JSON object, an unknown name, or a value of another type.
GivenTexts texts_of_json(const std::vector<Option>& options, const char* settings);

/// Throws Error(usage) for one of the `given` that writes files by itself.
void refuse_outputs(const std::vector<Option>& options, const GivenTexts& given);

}  // namespace strata::library
