// Lines for the user on stderr, apart from progress.
#pragma once

#include <string_view>

namespace strata::cli {

// Fields of the settings (core/field.h) are shown as options.

/// `strata: error: TEXT`, on one line whatever `text` holds.
void print_error(std::string_view text);
/// `strata: error: out of memory; …`, which takes no memory.
void print_out_of_memory();
/// `strata: warning: TEXT`
void print_warning(std::string_view text);
/// `text` as it is, in one write.
void print_notes(std::string_view text);

}  // namespace strata::cli
