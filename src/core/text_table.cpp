#include "core/text_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace strata {

namespace {

constexpr std::size_t kGap = 2;

/// Whether a byte is not the first of its character.
bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

std::size_t width_of(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues));
}

std::string shortened(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) {
    return std::string(text);
  }
  std::size_t end = 0;
  for (std::size_t characters = 0; characters < width; ++characters) {
    end = end + 1;
    while (end < text.size() && continues(text[end])) {
      ++end;
    }
    if (characters + 2 == width) {
      return std::string(text.substr(0, end)) + "…";
    }
  }
  return "…";
}

std::string tail_of(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) {
    return std::string(text);
  }
  std::size_t first = text.size();
  for (std::size_t characters = 0; characters + 1 < width; ++characters) {
    do {
      --first;
    } while (first > 0 && continues(text[first]));
  }
  return "…" + std::string(text.substr(first));
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (; !text.empty(); text.remove_prefix(text.find('\n') + 1)) {
    lines.emplace_back(text.substr(0, text.find('\n')));
  }
  return lines;
}

std::string labelled_line(std::size_t width, std::string_view name, const std::string& text) {
  return fmt::format("{:<{}}{}\n", name, width, text);
}

std::string aligned(const std::vector<std::vector<std::string>>& rows, Alignment alignment) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      widths[c] = std::max(widths[c], width_of(row[c]));
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string padding(widths[c] - width_of(row[c]), ' ');
      const bool right = alignment == Alignment::numbers && c > 0;
      line += right ? padding + row[c] : row[c] + padding;
      line.append(kGap, ' ');
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return text;
}

}  // namespace strata
