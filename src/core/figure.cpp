#include "core/figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace strata {

const FigureEntry* find_figure_entry(std::string_view name) {
  const auto* const found = std::ranges::find(kFigures, name, &FigureEntry::name);
  return found == kFigures.end() ? nullptr : found;
}

const FigureEntry& figure_entry(std::string_view name) { return *find_figure_entry(name); }

std::optional<double> find_figure(std::span<const Figure> figures, std::string_view name) {
  const auto found = std::ranges::find(figures, name, &Figure::name);
  return found == figures.end() ? std::nullopt : std::optional(found->value);
}

std::string grouped_digits(std::uint64_t number) {
  std::string text = fmt::format("{}", number);
  for (std::size_t end = text.size(); end > 3;) {
    end -= 3;
    text.insert(end, 1, ',');
  }
  return text;
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::clamp(std::ceil(seconds), 0.0, 1e9));
  const std::uint64_t minutes = whole / 60;
  return minutes < 60 ? fmt::format("{}:{:02}", minutes, whole % 60)
                      : fmt::format("{}:{:02}:{:02}", minutes / 60, minutes % 60, whole % 60);
}

std::string rate_text(double rate) { return fmt::format("{:.4g}", rate); }

std::string figure_text(double value) {
  if (std::isnan(value)) {
    return "nan";  // without the sign, which means nothing
  }
  return std::abs(value) < 1e4 ? fmt::format("{:.4f}", value) : fmt::format("{:.3e}", value);
}

std::string figure_text(const Figure& figure) {
  const bool in_units = figure_entry(figure.name).in_units && std::isfinite(figure.value);
  return in_units ? fmt::format("{:.4g}", figure.value) : figure_text(figure.value);
}

std::string figure_text(std::string_view name, std::optional<double> value) {
  const FigureEntry* entry = find_figure_entry(name);
  return !value ? "-" : entry == nullptr ? figure_text(*value) : figure_text(Figure{entry->name, *value});
}

std::string_view figure_name(std::string_view name) {
  const FigureEntry* entry = find_figure_entry(name);
  return entry == nullptr ? name : entry->text;
}

std::string part_figure_name(std::string_view name) {
  const std::size_t end = name.find('_');
  return end == std::string_view::npos ? std::string(name)
                                       : fmt::format("{} {}", name.substr(0, end), figure_name(name.substr(end + 1)));
}

}  // namespace strata
