// Named figures: what a model is judged by; and numbers as people read them. Whoever shows, logs or compares figures
// knows no more than is said here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
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

// As people read them.

/// `1234567` as `1,234,567`.
std::string grouped_digits(std::uint64_t number);

/// Seconds as `0:02`, `12:34` or `1:02:03`.
std::string clock_text(double seconds);

/// A learning rate in four digits: commands have all.
std::string rate_text(double rate);

/// Four decimals, or four digits of what is large.
std::string figure_text(double value);

/// The same of a named one: those in the targets' units have four significant digits.
std::string figure_text(const Figure& figure);

/// Of a figure by its name, which may be one that this version does not know; - without a value.
std::string figure_text(std::string_view name, std::optional<double> value);

/// Such as `macro F1`; the name itself if this version does not know it.
std::string_view figure_name(std::string_view name);

/// `val_macro_f1` as `val macro F1`.
std::string part_figure_name(std::string_view name);

}  // namespace strata
