// The validation figure by which epochs are compared, and the best epoch so far.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/figure.h"
#include "engine/engine.h"

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

/// Evaluates `rows` of `samples`, at least one, by an engine of that task and so many outputs; nothing of use if that
/// gives up. Those of the task's figures that are `asked` for, and the loss.
Validation validate(Engine& engine, const SamplesView& samples, std::span<const std::uint32_t> rows, const Task& task,
                    std::size_t outputs, std::span<const Monitor> asked);

/// The same rows' labels or targets, one after the other.
std::vector<std::uint32_t> labels_of(const SamplesView& samples, std::span<const std::uint32_t> rows);
AlignedVector<float> targets_of(const SamplesView& samples, std::span<const std::uint32_t> rows);

/// The best epoch so far. Plain values, which a checkpoint can keep.
struct BestEpoch {
  std::uint32_t epoch = 0;   ///< from 1; 0: none yet
  Validation validation;     ///< at its end
  std::uint32_t waited = 0;  ///< epochs since then

  /// Hears of the next epoch; true if it is the best so far. A figure that is not finite never is.
  bool observe(Monitor monitor, std::uint32_t next, const Validation& figures);
};

}  // namespace strata
