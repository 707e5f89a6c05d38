// Curves in dots, with axes, on a part of a canvas.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/text.h"
#include "watch/canvas.h"

namespace strata::watch {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Range {
  double low = kInfinity;
  double high = -kInfinity;

  bool empty() const { return !(low <= high); }
  void take(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

/// A number of an axis and where it stands, from 0 (low) to 1 (high).
struct Tick {
  double place = 0;
  std::string text;
};

/// From values to places.
struct Scale {
  Range range;
  bool logarithmic = false;

  double place(double value) const {
    return logarithmic ? std::log(value / range.low) / std::log(range.high / range.low)
                       : (value - range.low) / (range.high - range.low);
  }
};

std::string tick_text(double value) { return fmt::format("{:.4g}", std::abs(value) < 1e-300 ? 0.0 : value); }

/// 1, 2 or 5 times a power of ten, at least `step`.
double round_step(double step) {
  const double power = std::pow(10, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= step * (1 - 1e-9)) {
      return factor * power;
    }
  }
  return 10 * power;
}

/// At most some `most` round numbers in the range.
std::vector<Tick> linear_ticks(const Scale& scale, std::size_t most, double least_step = 0) {
  const double span = scale.range.high - scale.range.low;
  const double step = std::max(round_step(span / static_cast<double>(std::max<std::size_t>(most, 1))), least_step);
  std::vector<Tick> ticks;
  const double first = std::ceil(scale.range.low / step - 1e-9);
  for (double i = first; i * step <= scale.range.high + step * 1e-9; ++i) {
    ticks.push_back({scale.place(i * step), tick_text(i * step)});
  }
  return ticks;
}

/// Powers of ten, and 2 and 5 times those if there is room; within a decade any round numbers.
std::vector<Tick> logarithmic_ticks(const Scale& scale, std::size_t most) {
  const double decades = std::log10(scale.range.high / scale.range.low);
  if (decades < 1) {
    return linear_ticks(scale, most);
  }
  const std::vector<double> factors =
      decades * 3 <= static_cast<double>(most) ? std::vector<double>{1, 2, 5} : std::vector<double>{1};
  const double stride = std::max(1.0, std::ceil(decades / static_cast<double>(std::max<std::size_t>(most, 1))));
  std::vector<Tick> ticks;
  const double lowest = std::log10(scale.range.low);
  const double first = stride > 1 ? std::ceil(lowest) : std::floor(lowest);
  for (double power = first; power <= std::log10(scale.range.high); power += stride) {
    for (const double factor : factors) {
      const double value = factor * std::pow(10, power);
      if (value >= scale.range.low * (1 - 1e-9) && value <= scale.range.high * (1 + 1e-9)) {
        ticks.push_back({scale.place(value), tick_text(value)});
      }
    }
  }
  return ticks;
}

Range range_of_x(const Plot& plot) {
  Range range;
  for (const PlotCurve& curve : plot.curves) {
    for (const PlotPoint& point : curve.points) {
      range.take(point.x);
    }
  }
  if (!range.empty()) {
    range.low = std::min(range.low, 0.0);
    range.high = range.high > range.low ? range.high : range.low + 1;
  }
  return range;
}

/// Of the values; without those of the first part of x if they may be cut and there are others.
Range range_of_y(const Plot& plot, const Range& x) {
  constexpr double kBeginning = 0.06;
  Range all;
  Range later;
  for (const PlotCurve& curve : plot.curves) {
    for (const PlotPoint& point : curve.points) {
      all.take(point.y);
      if (point.x > x.low + kBeginning * (x.high - x.low)) {
        later.take(point.y);
      }
    }
  }
  return plot.may_cut_beginning && !later.empty() ? later : all;
}

Scale scale_of(const Plot& plot, const Range& x) {
  constexpr double kMuch = 50;
  Range range = range_of_y(plot, x);
  const bool positive = range.low > 0;
  if (positive && (plot.logarithmic || range.high > kMuch * range.low)) {
    const double margin = std::max(1.1, std::pow(range.high / range.low, 0.04));
    return {{range.low / margin, range.high * margin}, true};
  }
  double margin = 0.04 * (range.high - range.low);
  if (!(margin > 0)) {
    margin = std::max(0.05 * std::abs(range.high), 1e-6);
  }
  return {{range.low - margin, range.high + margin}, false};
}

/// Where curves are drawn, in characters, and how values come there.
struct Frame {
  Area area;
  Scale x;
  Scale y;

  std::size_t dots_across() const { return area.width * Canvas::kDotsAcross; }
  std::size_t dots_down() const { return area.height * Canvas::kDotsDown; }
  std::size_t dot_x(double value) const {
    const double place = std::clamp(x.place(value), 0.0, 1.0);
    return static_cast<std::size_t>(std::lround(place * static_cast<double>(dots_across() - 1)));
  }
  /// From the top; what lies outside is one dot above or below.
  long dot_y(double value) const {
    const double place = y.logarithmic && value <= 0 ? -1.0 : y.place(value);
    const auto rows = static_cast<double>(dots_down() - 1);
    return std::lround(std::clamp((1 - place) * rows, -1.0, rows + 1));
  }
  bool has_dot(long row) const { return row >= 0 && row < static_cast<long>(dots_down()); }
};

void set_dot(Canvas& canvas, const Frame& frame, std::size_t column, long row, Ink ink) {
  if (frame.has_dot(row)) {
    canvas.dot(frame.area.x * Canvas::kDotsAcross + column,
               frame.area.y * Canvas::kDotsDown + static_cast<std::size_t>(row), ink);
  }
}

/// One value, the mean, for each column of dots that has some. Where there are more values than columns, as of batches,
/// for groups of columns: so few points that a curve's way can be seen through its noise.
std::vector<std::pair<std::size_t, double>> columns_of(const PlotCurve& curve, const Frame& frame) {
  constexpr std::size_t kMost = 60;
  const std::size_t across = frame.dots_across();
  const std::size_t group = curve.points.size() > across ? (across + kMost - 1) / kMost : 1;
  std::vector<std::pair<std::size_t, double>> columns;
  std::size_t count = 0;
  for (const PlotPoint& point : curve.points) {
    const std::size_t column = std::min(frame.dot_x(point.x) / group * group + group / 2, across - 1);
    if (columns.empty() || columns.back().first != column) {
      columns.emplace_back(column, point.y);
      count = 1;
    } else {
      ++count;
      columns.back().second += (point.y - columns.back().second) / static_cast<double>(count);
    }
  }
  return columns;
}

void draw_line(Canvas& canvas, const Frame& frame, const PlotCurve& curve) {
  std::optional<std::pair<std::size_t, long>> before;
  for (const auto& [column, value] : columns_of(curve, frame)) {
    const long row = frame.dot_y(value);
    if (before) {
      const auto [last_column, last_row] = *before;
      const auto across = static_cast<long>(column - last_column);
      const long steps = std::max(across, std::abs(row - last_row));
      for (long i = 1; i < steps; ++i) {
        const double share = static_cast<double>(i) / static_cast<double>(steps);
        set_dot(canvas, frame, last_column + static_cast<std::size_t>(std::lround(share * static_cast<double>(across))),
                last_row + std::lround(share * static_cast<double>(row - last_row)), curve.ink);
      }
    }
    set_dot(canvas, frame, column, row, curve.ink);
    before = {column, row};
  }
}

/// The character that a point lies in, if any.
std::optional<std::pair<std::size_t, std::size_t>> cell_of(const Frame& frame, const PlotPoint& point) {
  const long row = frame.dot_y(point.y);
  if (!frame.has_dot(row)) {
    return std::nullopt;
  }
  return std::pair(frame.area.x + frame.dot_x(point.x) / Canvas::kDotsAcross,
                   frame.area.y + static_cast<std::size_t>(row) / Canvas::kDotsDown);
}

void draw_marks(Canvas& canvas, const Frame& frame, const PlotCurve& curve) {
  for (const PlotPoint& point : curve.points) {
    if (const auto cell = cell_of(frame, point)) {
      canvas.text(cell->first, cell->second, "●", curve.ink);
    }
  }
}

/// Behind the curve's end, or a row below or above where another mark is.
void draw_end_mark(Canvas& canvas, const Frame& frame, const PlotCurve& curve) {
  const auto cell = curve.points.empty() ? std::nullopt : cell_of(frame, curve.points.back());
  if (!cell || curve.end_mark.empty()) {
    return;
  }
  const std::size_t x = cell->first + 1;
  std::size_t y = cell->second;
  if (canvas.has_text(x, y)) {
    y = !canvas.has_text(x, y + 1) && y + 1 < frame.area.y + frame.area.height ? y + 1 : y > frame.area.y ? y - 1 : y;
  }
  canvas.text(x, y, curve.end_mark, curve.ink);
}

void draw_head(Canvas& canvas, const Area& area, const Plot& plot) {
  std::size_t x = canvas.text(area.x, area.y, shortened(plot.title, area.width), Ink::bold);
  for (const PlotCurve& curve : plot.curves) {
    if (!curve.name.empty() && x + 5 + width_of(curve.name) <= area.x + area.width) {
      x = canvas.text(x + 2, area.y, curve.marked ? "●" : "⠒⠒", curve.ink);
      x = canvas.text(x + 1, area.y, curve.name);
    }
  }
}

void draw_y_axis(Canvas& canvas, const Frame& frame, const std::vector<Tick>& ticks, std::size_t labels) {
  for (std::size_t row = 0; row < frame.area.height; ++row) {
    canvas.text(frame.area.x - 1, frame.area.y + row, "│", Ink::faint);
  }
  for (const Tick& tick : ticks) {
    const double rows = static_cast<double>(frame.dots_down()) - 1;
    const auto row = static_cast<std::size_t>(std::lround((1 - tick.place) * rows)) / Canvas::kDotsDown;
    canvas.text(frame.area.x - 1, frame.area.y + row, "┤", Ink::faint);
    canvas.text(frame.area.x - 1 - labels, frame.area.y + row, fmt::format("{:>{}}", tick.text, labels), Ink::faint);
  }
}

void draw_x_axis(Canvas& canvas, const Frame& frame, const std::string& name) {
  const Area& area = frame.area;
  const std::size_t y = area.y + area.height;
  canvas.text(area.x - 1, y, "└", Ink::faint);
  for (std::size_t x = 0; x < area.width; ++x) {
    canvas.text(area.x + x, y, "─", Ink::faint);
  }
  const std::size_t name_at = area.x + area.width - std::min(area.width, width_of(name));
  canvas.text(name_at, y + 1, shortened(name, area.width), Ink::faint);
  const double span = frame.x.range.high - frame.x.range.low;
  std::size_t free = 0;  // from where on there is room
  for (const Tick& tick : linear_ticks(frame.x, area.width / 7, span >= 2 ? 1 : 0)) {
    const std::size_t at =
        area.x + static_cast<std::size_t>(std::lround(tick.place * static_cast<double>(area.width - 1)));
    const std::size_t before = tick.text.size() / 2;
    const std::size_t start = at - std::min(at, before);
    if (start >= free && start + tick.text.size() + 1 <= name_at) {
      canvas.text(at, y, "┴", Ink::faint);
      canvas.text(start, y + 1, tick.text, Ink::faint);
      free = start + tick.text.size() + 1;
    }
  }
}

}  // namespace

void draw(Canvas& canvas, const Area& area, const Plot& plot) {
  draw_head(canvas, area, plot);
  const Range x = range_of_x(plot);
  if (x.empty()) {
    canvas.text(area.x + 2, area.y + area.height / 2,
                shortened(plot.empty_text, area.width - std::min<std::size_t>(area.width, 3)), Ink::faint);
    return;
  }
  const Scale y = scale_of(plot, x);
  const std::size_t rows = area.height - 3;
  const std::size_t most = std::clamp<std::size_t>(rows / 2, 2, 7);
  const std::vector<Tick> ticks = y.logarithmic ? logarithmic_ticks(y, most) : linear_ticks(y, most);
  std::size_t labels = 1;
  for (const Tick& tick : ticks) {
    labels = std::max(labels, tick.text.size());
  }
  const bool has_end_marks = std::ranges::any_of(plot.curves, [](const PlotCurve& c) { return !c.end_mark.empty(); });
  const std::size_t beside = labels + 1 + (has_end_marks ? 1 : 0);
  if (area.width < beside + 8) {
    return;
  }
  const Frame frame{{area.x + labels + 1, area.y + 1, area.width - beside, rows}, {x, false}, y};
  draw_y_axis(canvas, frame, ticks, labels);
  draw_x_axis(canvas, frame, plot.x_name);
  for (const PlotCurve& curve : plot.curves) {
    if (curve.marked) {
      draw_marks(canvas, frame, curve);
    } else {
      draw_line(canvas, frame, curve);
    }
  }
  for (const PlotCurve& curve : plot.curves) {
    draw_end_mark(canvas, frame, curve);
  }
}

}  // namespace strata::watch
