// What stderr is.
#pragma once

#include <cstddef>

#include "cli/options/choices.h"

namespace strata::cli {

/// Whether stderr is a terminal that can rewrite a line (TERM is not "dumb").
bool stderr_is_terminal();

/// Whether stderr may be coloured: a terminal, and NO_COLOR is unset or empty (no-color.org).
bool stderr_has_colour();

/// What `style` means here: automatic is a bar where stderr is a terminal that can rewrite a line, and a bar elsewhere
/// is lines.
ProgressStyle progress_style_here(ProgressStyle style);

/// Whether the locale's characters are UTF-8, by the environment.
bool locale_is_utf8();

/// Columns of the terminal at stderr now; 80 if it does not say.
std::size_t terminal_width();

}  // namespace strata::cli
