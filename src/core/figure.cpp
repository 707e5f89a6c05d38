#include "core/figure.h"

#include <algorithm>

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

}  // namespace strata
