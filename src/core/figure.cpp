#include "core/figure.h"

#include <algorithm>

namespace strata {

const FigureEntry& figure_entry(std::string_view name) {
  return *std::ranges::find(kFigures, name, &FigureEntry::name);
}

std::optional<double> find_figure(std::span<const Figure> figures, std::string_view name) {
  const auto found = std::ranges::find(figures, name, &Figure::name);
  return found == figures.end() ? std::nullopt : std::optional(found->value);
}

}  // namespace strata
