// Curves in dots, with axes, on a part of a canvas.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "watch/canvas.h"

namespace strata::watch {

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

/// Of at least 4 rows: the title, with the legend; the curves; the x axis and its numbers.
void draw(Canvas& canvas, const Area& area, const Plot& plot);

}  // namespace strata::watch
