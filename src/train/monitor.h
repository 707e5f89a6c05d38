// The validation figure by which epochs are compared, and the best epoch so far.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/engine.h"

namespace strata {

enum class Monitor { val_loss, val_accuracy, val_macro_f1, val_auc };

struct MonitorEntry {
  Monitor value;
  std::string_view name;
  bool higher_is_better;
};

inline constexpr std::array kMonitors{
    MonitorEntry{Monitor::val_loss, "val_loss", false}, MonitorEntry{Monitor::val_accuracy, "val_accuracy", true},
    MonitorEntry{Monitor::val_macro_f1, "val_macro_f1", true}, MonitorEntry{Monitor::val_auc, "val_auc", true}};

std::string_view monitor_name(Monitor monitor);

/// Whether the figure `a` is better than `b`, both of them finite.
bool is_better(Monitor monitor, double a, double b);

/// An evaluation of the validation rows.
struct Validation {
  double loss = 0;
  double accuracy = 0;
  std::optional<double> macro_f1;  ///< these two only for the monitor that needs them
  std::optional<double> auc;

  /// The monitored one.
  double value(Monitor monitor) const;
};

/// Evaluates `rows` of `samples`, at least one, by an engine of `classes` outputs; nothing of use if that gives up.
Validation validate(Engine& engine, const SamplesView& samples, std::span<const std::uint32_t> rows,
                    std::size_t classes, Monitor monitor);

/// The best epoch so far. Plain values, which a checkpoint can keep.
struct BestEpoch {
  std::uint32_t epoch = 0;   ///< from 1; 0: none yet
  Validation validation;     ///< at its end
  std::uint32_t waited = 0;  ///< epochs since then

  /// Hears of the next epoch; true if it is the best so far. A figure that is not finite never is.
  bool observe(Monitor monitor, std::uint32_t next, const Validation& figures);
};

}  // namespace strata
