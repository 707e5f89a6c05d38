// Found learning rates as text.
#pragma once

#include <string>

#include "run/find_lr.h"

namespace strata::cli {

/// Some of the rates with their losses, and what is suggested; or the map.
std::string rates_text(const FoundRates& found);

}  // namespace strata::cli
