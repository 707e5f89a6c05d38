// stdout, for results, and stderr, for everything that is told beside them: what it is, and lines on it.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace strata::cli {

/// Writes all of `text` to stdout now. Throws Error(failed) if the system refuses.
void write_stdout(std::string_view text);

/// Writes `json` on a line of stdout. Throws as write_stdout, and Error(data) for bytes that are not UTF-8.
void write_json_line(const nlohmann::ordered_json& json);

/// `strata: error: TEXT` on stderr, on one line whatever `text` holds; its fields (core/field.h) as options.
void print_error(std::string_view text);
/// `strata: error: out of memory; …`, which takes no memory.
void print_out_of_memory();
/// `strata: warning: TEXT`, as print_error.
void print_warning(std::string_view text);
/// `text` as it is, in one write.
void print_notes(std::string_view text);
/// The address of a live page, also where nothing else is told: it has been asked for, and nobody can guess it.
void print_live_page(std::string_view address);

/// Whether stderr is a terminal that can rewrite a line (TERM is not "dumb").
bool stderr_is_terminal();

/// Whether stderr may be coloured: a terminal, and NO_COLOR is unset or empty (no-color.org).
bool stderr_has_colour();

/// Whether the locale's characters are UTF-8, by the environment.
bool locale_is_utf8();

/// Columns of the terminal at stderr now; 80 if it does not say.
std::size_t terminal_width();

}  // namespace strata::cli
