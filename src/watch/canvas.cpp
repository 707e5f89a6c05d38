#include "watch/canvas.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace strata::watch {

namespace {

constexpr char32_t kBraille = 0x2800;

/// Of dots of a cell by column and row.
constexpr std::array<std::array<std::uint8_t, Canvas::kDotsDown>, Canvas::kDotsAcross> kDots{
    {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}};
constexpr std::uint8_t kUpperDots = 0x01 | 0x02 | 0x08 | 0x10;

std::string_view sgr(Ink ink) {
  constexpr std::array<std::string_view, 9> kCodes{"0", "1", "2", "31", "32", "33", "34", "35", "36"};
  return kCodes[static_cast<std::size_t>(ink)];
}

/// The character that `text`, not empty, begins with, which is taken from it; '?' for what is none.
char32_t take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 0;
  if (length == 0 || length > text.size()) {
    text.remove_prefix(1);
    return '?';
  }
  char32_t character = length == 1 ? first : first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    character = (character << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  text.remove_prefix(length);
  const bool controls = character < ' ' || (character >= 0x7F && character < 0xA0);
  return controls ? '?' : character;
}

void append_utf8(std::string& text, char32_t character) {
  const auto more = [&](unsigned shift) { text += static_cast<char>(0x80U | ((character >> shift) & 0x3FU)); };
  if (character < 0x80) {
    text += static_cast<char>(character);
  } else if (character < 0x800) {
    text += static_cast<char>(0xC0U | (character >> 6U));
    more(0);
  } else if (character < 0x10000) {
    text += static_cast<char>(0xE0U | (character >> 12U));
    more(6);
    more(0);
  } else {
    text += static_cast<char>(0xF0U | (character >> 18U));
    more(12);
    more(6);
    more(0);
  }
}

char ascii_of(std::uint8_t dots) {
  const bool upper = (dots & kUpperDots) != 0;
  const bool lower = (dots & ~kUpperDots) != 0;
  return upper && lower ? ':' : upper ? '\'' : '.';
}

char ascii_of(char32_t character) {
  switch (character) {
    case U'⠒':  // of a legend: a line
      return '-';
    case U'│':
      return '|';
    case U'─':
    case U'░':
      return '-';
    case U'┤':
    case U'┴':
    case U'└':
      return '+';
    case U'█':
      return '#';
    case U'●':
      return 'o';
    case U'…':
      return '~';
    default:
      return character < 0x80 ? static_cast<char>(character) : '?';
  }
}

}  // namespace

std::size_t Canvas::text(std::size_t x, std::size_t y, std::string_view text, Ink ink) {
  for (; !text.empty(); ++x) {
    const char32_t character = take_character(text);
    if (Cell* cell = at(x, y)) {
      cell->character = character;
      cell->ink = ink;
    }
  }
  return x;
}

void Canvas::dot(std::size_t x, std::size_t y, Ink ink) {
  Cell* cell = at(x / kDotsAcross, y / kDotsDown);
  if (cell != nullptr && cell->character == 0) {
    cell->dots |= kDots[x % kDotsAcross][y % kDotsDown];
    cell->ink = ink;
  }
}

bool Canvas::has_text(std::size_t x, std::size_t y) const {
  return x < width_ && y < height_ && cells_[y * width_ + x].character != 0;
}

std::vector<std::string> Canvas::lines(const TerminalCharacters& characters) const {
  std::vector<std::string> lines;
  lines.reserve(height_);
  for (std::size_t y = 0; y < height_; ++y) {
    const auto* const row = cells_.data() + y * width_;
    std::size_t end = width_;
    while (end > 0 && row[end - 1].dots == 0 && (row[end - 1].character == 0 || row[end - 1].character == ' ')) {
      --end;
    }
    std::string& line = lines.emplace_back();
    Ink ink = Ink::plain;
    for (std::size_t x = 0; x < end; ++x) {
      const Cell& cell = row[x];
      const bool blank = cell.character == 0 && cell.dots == 0;
      if (characters.colour && !blank && cell.ink != ink) {
        line += ink == Ink::plain ? "" : "\x1b[0m";
        line += cell.ink == Ink::plain ? "" : fmt::format("\x1b[{}m", sgr(cell.ink));
        ink = cell.ink;
      }
      if (blank) {
        line += ' ';
      } else if (!characters.unicode) {
        line += cell.character != 0 ? ascii_of(cell.character) : ascii_of(cell.dots);
      } else {
        append_utf8(line, cell.character != 0 ? cell.character : kBraille + cell.dots);
      }
    }
    line += ink == Ink::plain ? "" : "\x1b[0m";
  }
  return lines;
}

}  // namespace strata::watch
