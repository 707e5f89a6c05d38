// A value of a configuration file as the command line would give it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/option.h"

namespace strata::cli {

/// The texts of `option`: none for a flag that is false; one for each element of an array if the option is repeatable;
/// of an option that takes a list, the array's elements between commas (`none` if it has none); a table is an
/// OPTIMIZER, {name, key…}, and of --group also its `layers`. Throws Error(usage) for any other type.
std::vector<std::string> texts_of(const Option& option, const nlohmann::ordered_json& value);

}  // namespace strata::cli
