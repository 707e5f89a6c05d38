// The option --live: which port, and where the page is.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "cli/options/arguments.h"
#include "dist/communicator.h"

namespace strata::cli {

/// The port that is asked for, 0 for a free one; empty: no page is. Throws Error(usage) for what is no port.
std::optional<std::uint16_t> live_port(const Arguments& arguments);

/// The same; and Error(usage) if there are several ranks.
std::optional<std::uint16_t> live_port(const Arguments& arguments, const Communicator& ranks);

/// Tells the page's address on stderr, also where nothing else is told: it has been asked for, and nobody can guess it.
void tell_live_page(std::string_view address);

}  // namespace strata::cli
