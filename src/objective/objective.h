// The registry of objectives, what a network learns to do: one entry each, from which parsing, help and documentation
// come. Its loss is a rule of the kernels (docs/numerics.md).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/target_kind.h"
#include "kernels/output_loss.h"

namespace strata {

using ObjectiveKind = kernels::LossKind;

/// An objective with the values of all keys, whether it has them or not.
struct Objective {
  ObjectiveKind kind = ObjectiveKind::softmax_cross_entropy;
  double delta = 1;                    ///< of huber: where it goes from a square to a line; above 0
  std::vector<double> quantiles{0.5};  ///< of quantile: each in (0, 1), ascending

  friend bool operator==(const Objective&, const Objective&) = default;
};

/// Whether its outputs are quantiles of one number, one each.
inline bool shares_target(const Objective& objective) {
  return objective.kind == ObjectiveKind::quantile && objective.quantiles.size() > 1;
}

/// What the data have to learn: so many classes, labels or numbers.
struct TargetShape {
  TargetKind kind = TargetKind::classes;
  std::size_t count = 0;
};

/// What makes predictions of outputs. identity: numbers, in the targets' own units if they were standardised.
enum class OutputMap { softmax, sigmoid, identity };

/// What is known of one objective.
struct ObjectiveEntry {
  ObjectiveKind kind;
  std::string_view name;
  std::string_view help;
  std::vector<std::string_view> keys{};  ///< delta, q
  std::vector<TargetKind> takes;
  OutputMap map = OutputMap::identity;
  bool label_smoothing = false;           ///< whether training may smooth its targets
  bool class_weights = false;             ///< whether training may weigh classes; rows have weights everywhere
  bool torch_divides_by_weights = false;  ///< whether PyTorch's weighted mean divides by the weights, not the rows
  /// What the kernel's rule needs to know of an output; null: nothing.
  kernels::OutputLoss::Constants (*constants)(const Objective& objective, std::size_t output) = nullptr;
};

/// All objectives, in the order in which help lists them.
std::span<const ObjectiveEntry> objective_registry();

const ObjectiveEntry& entry_of(ObjectiveKind kind);
inline std::string_view objective_name(ObjectiveKind kind) { return entry_of(kind).name; }

/// What is trained on such targets if nobody says.
Objective default_objective(TargetKind targets);

/// How many outputs a network needs for it. Throws Error(usage), naming the settings to change, if the objective does
/// not go with such targets.
std::size_t output_count(const Objective& objective, const TargetShape& targets);

/// What the kernel's rule needs to know of an output, whose target is in its own units.
kernels::OutputLoss::Constants loss_constants(const Objective& objective, std::size_t output);

/// The names (core/figure.h) of the figures of predictions of such targets; the first is the quick one, which every
/// step has: the mean over rows of LossSums::figure.
std::span<const std::string_view> figures(const Objective& objective, const TargetShape& targets);

/// Parses `name[,key=value…]`: `mse`, `huber,delta=1`, `quantile,q=0.1:0.5:0.9`. Throws Error(usage) for an unknown
/// name or key (listing the known ones), a key given twice or a value out of range. `option` is named in messages.
Objective parse_objective(std::string_view text, std::string_view option);

/// With every key that it has; parses back to the same objective.
std::string to_string(const Objective& objective);

}  // namespace strata
