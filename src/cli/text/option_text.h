// What help in any form says of an option, or of a key of an optimizer or a schedule.
#pragma once

#include <string>
#include <string_view>

#include "optim/key.h"
#include "settings/option.h"

namespace strata::cli {

/// The text, its fields as options: --batch-size.
std::string as_options(std::string_view text);

/// `--name VALUE`, or `--name` of a flag.
std::string usage(const Option& option);

/// Its help, and what it contradicts.
std::string meaning(const Option& option);

/// The value that holds if none is given, or words that stand for it; empty: none.
std::string shown_default(const Option& option);

/// The key's values, such as `from 0 to below 1`.
std::string key_range(const OptimizerKey& key);

/// The default of both conventions.
std::string key_default(const OptimizerKey& key);

}  // namespace strata::cli
