// The validation figure by which epochs are compared, the best epoch so far, and how long a run waits for a better one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/figure.h"

namespace strata {

/// A figure of the validation rows, by its name in kFigures.
struct Monitor {
  std::string_view figure = "loss";

  friend bool operator==(const Monitor&, const Monitor&) = default;
};

/// A monitor's name is its figure's after `val_`.
struct MonitorEntry {
  constexpr explicit MonitorEntry(std::string_view of) : name(of), value{of.substr(std::string_view("val_").size())} {}

  std::string_view name;
  Monitor value;
};

inline constexpr std::array kMonitors{MonitorEntry("val_loss"),
                                      MonitorEntry("val_accuracy"),
                                      MonitorEntry("val_macro_f1"),
                                      MonitorEntry("val_auc"),
                                      MonitorEntry("val_f1"),
                                      MonitorEntry("val_average_precision"),
                                      MonitorEntry("val_label_accuracy"),
                                      MonitorEntry("val_subset_accuracy"),
                                      MonitorEntry("val_micro_f1"),
                                      MonitorEntry("val_rmse"),
                                      MonitorEntry("val_mae"),
                                      MonitorEntry("val_r2"),
                                      MonitorEntry("val_pinball")};

std::string_view monitor_name(Monitor monitor);

bool higher_is_better(Monitor monitor);

/// Whether the figure `a` is better than `b`, both of them finite.
bool is_better(Monitor monitor, double a, double b);

/// An evaluation of the validation rows, or of the test rows alike.
struct Validation {
  double loss = 0;
  FigureList figures;  ///< the objective's first one, of numbers all of them, then those that were asked for

  /// That of a monitor that was asked for; NaN if it has no value.
  double value(Monitor monitor) const;
};

/// The best epoch so far. Plain values, which a checkpoint can keep.
struct BestEpoch {
  std::uint32_t epoch = 0;   ///< from 1; 0: none yet
  Validation validation;     ///< at its end
  std::uint32_t waited = 0;  ///< epochs since then

  /// Hears of the next epoch; true if it is the best so far. A figure that is not finite never is.
  bool observe(Monitor monitor, std::uint32_t next, const Validation& figures);
};

/// What is asked for: as Keras' EarlyStopping with its patience, min_delta and start_from_epoch.
struct EarlyStopping {
  std::optional<std::uint32_t> patience;  ///< epochs without a better figure; empty: no early stopping
  double min_delta = 0;                   ///< by how much it must be better to count
  std::uint32_t start_epoch = 0;          ///< epochs that pass before any counts
};

/// A figure counts as better only if it is so by more than min_delta than the last one that counted. Plain values,
/// which a checkpoint can keep.
struct Patience {
  std::optional<double> reference;  ///< the last figure that counted; empty: the next one does
  std::uint32_t waited = 0;         ///< epochs since then

  /// Hears of the figure at the end of `epoch`, from 1.
  void observe(const EarlyStopping& asked, Monitor monitor, std::uint32_t epoch, double figure);
};

/// That after the figure at the end of `epoch`, of a run that has had `patience` and `best` before it: empty if the run
/// has no min_delta or start_epoch, as BestEpoch::waited will do.
std::optional<Patience> next_patience(const EarlyStopping& asked, Monitor monitor, std::optional<Patience> patience,
                                      const BestEpoch& best, std::uint32_t epoch, double figure);

}  // namespace strata
