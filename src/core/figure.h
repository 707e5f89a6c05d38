// Named figures: what a model is judged by. Whoever shows, logs or compares them knows no more than is said here.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace strata {

struct FigureEntry {
  std::string_view name;
  std::string_view text;        ///< in a sentence
  std::string_view short_text;  ///< where room is short
  bool higher_is_better;
  bool in_units = false;  ///< of the targets, hence of any size
};

inline constexpr std::array kFigures{
    FigureEntry{"loss", "loss", "loss", false},
    FigureEntry{"accuracy", "accuracy", "acc", true},
    FigureEntry{"macro_f1", "macro F1", "F1", true},
    FigureEntry{"auc", "AUC", "AUC", true},
    FigureEntry{"f1", "F1", "F1", true},
    FigureEntry{"average_precision", "average precision", "AP", true},
    FigureEntry{"label_accuracy", "label accuracy", "acc", true},
    FigureEntry{"subset_accuracy", "subset accuracy", "subset acc", true},
    FigureEntry{"micro_f1", "micro F1", "micro F1", true},
    FigureEntry{"rmse", "rmse", "rmse", false, true},
    FigureEntry{"mae", "mae", "mae", false, true},
    FigureEntry{"r2", "r2", "r2", true},
    FigureEntry{"pinball", "pinball", "pinball", false, true},
};

/// The entry of a name; null if it has none.
const FigureEntry* find_figure_entry(std::string_view name);

/// The entry of a name, which must have one.
const FigureEntry& figure_entry(std::string_view name);

/// A figure of some rows; its name is an entry's, which lasts as long as the program.
struct Figure {
  std::string_view name;
  double value = 0;

  friend bool operator==(const Figure&, const Figure&) = default;
};

/// The quick one of the objective first: the one that costs no pass of its own.
using FigureList = std::vector<Figure>;

/// The value of a figure in `figures`; empty if they lack it.
std::optional<double> find_figure(std::span<const Figure> figures, std::string_view name);

}  // namespace strata
