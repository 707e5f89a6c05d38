// The manual page, from the tables of commands and optimizers.
#pragma once

#include <string>
#include <vector>

#include "cli/options/options.h"

namespace strata::cli {

/// strata(1) in the man macros of roff, as `strata help --man` prints it for the build to install.
std::string man_page(const std::vector<Command>& commands);

}  // namespace strata::cli
