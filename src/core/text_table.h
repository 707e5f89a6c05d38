// Text for people: tables of cells that line up, and texts cut to a width.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// Characters, where `text` is UTF-8.
std::size_t width_of(std::string_view text);

/// At most `width` characters of `text`, the last of them … if some are left out.
std::string shortened(std::string_view text, std::size_t width);

/// Its last characters, after … if some are left out: of paths those tell most.
std::string tail_of(std::string_view text, std::size_t width);

/// The lines of `text`, each of which has its end.
std::vector<std::string> lines_of(std::string_view text);

/// The name, padded to `width` characters, the text and a newline.
std::string labelled_line(std::size_t width, std::string_view name, const std::string& text);

enum class Alignment { left, numbers };

/// A line for each of `rows`, which are of equal length; cells two spaces apart. numbers: all columns but the first
/// are flush right.
std::string aligned(const std::vector<std::vector<std::string>>& rows, Alignment alignment = Alignment::left);

}  // namespace strata
