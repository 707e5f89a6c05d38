// A page of characters to draw on: text, dots finer than characters, and curves in dots, with axes. What a terminal
// shows of it is text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace strata::watch {

enum class Ink : std::uint8_t { plain, bold, faint, red, green, yellow, blue, magenta, cyan };

/// What a terminal can show.
struct TerminalCharacters {
  bool colour = true;
  bool unicode = true;  ///< else ASCII: coarser dots, lines of - and |
};

/// `width` x `height` characters from the upper left; each has kDotsAcross x kDotsDown dots. What lies outside is
/// dropped.
class Canvas {
 public:
  static constexpr std::size_t kDotsAcross = 2;
  static constexpr std::size_t kDotsDown = 4;

  Canvas(std::size_t width, std::size_t height) : width_(width), height_(height), cells_(width * height) {}

  std::size_t width() const { return width_; }
  std::size_t height() const { return height_; }

  /// Writes UTF-8 from (x, y) on; a control character becomes '?'. Returns the column after it.
  std::size_t text(std::size_t x, std::size_t y, std::string_view text, Ink ink = Ink::plain);
  /// Sets a dot, counted in dots. Text stays above dots.
  void dot(std::size_t x, std::size_t y, Ink ink);
  bool has_text(std::size_t x, std::size_t y) const;

  /// The lines without the spaces at their ends.
  std::vector<std::string> lines(const TerminalCharacters& characters) const;

 private:
  struct Cell {
    char32_t character = 0;  ///< 0: none
    std::uint8_t dots = 0;   ///< as Unicode's Braille Patterns number them
    Ink ink = Ink::plain;
  };
  Cell* at(std::size_t x, std::size_t y) { return x < width_ && y < height_ ? &cells_[y * width_ + x] : nullptr; }

  std::size_t width_;
  std::size_t height_;
  std::vector<Cell> cells_;
};

/// Columns and rows of a canvas.
struct Area {
  std::size_t x = 0;
  std::size_t y = 0;
  std::size_t width = 0;
  std::size_t height = 0;
};

struct PlotPoint {
  double x = 0;
  double y = 0;
};

struct PlotCurve {
  std::string name{};  ///< for the legend; empty: it is not in it
  Ink ink = Ink::plain;
  std::vector<PlotPoint> points{};  ///< by x
  bool marked = false;              ///< a mark ● at each point, which tells it from a line without colours
  std::string end_mark{};           ///< stands at the last point, for the same end; empty: nothing
};

struct Plot {
  std::string title{};
  std::string x_name{};
  std::vector<PlotCurve> curves{};
  /// What is large early on may lie outside: a first loss would press all others to the bottom.
  bool may_cut_beginning = false;
  bool logarithmic = false;  ///< always; without it where values differ so much that a line would hide most
  std::string empty_text{};  ///< where there are no points
};

/// Draws on that part of a canvas. Of at least 4 rows: the title, with the legend; the curves; the x axis and its
/// numbers.
void draw(Canvas& canvas, const Area& area, const Plot& plot);

}  // namespace strata::watch
