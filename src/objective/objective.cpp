#include "objective/objective.h"

#include <algorithm>
#include <array>

#include "core/error.h"

namespace strata {

namespace {

constexpr std::array<std::string_view, 3> kClassFigures{"accuracy", "macro_f1", "auc"};
constexpr std::array<std::string_view, 5> kTwoClassFigures{"accuracy", "macro_f1", "auc", "f1", "average_precision"};
constexpr std::array<std::string_view, 4> kLabelFigures{"label_accuracy", "subset_accuracy", "micro_f1", "macro_f1"};
constexpr std::array<std::string_view, 3> kNumberFigures{"mae", "rmse", "r2"};
constexpr std::array<std::string_view, 2> kQuantileFigures{"mae", "pinball"};

std::string_view description_of(TargetKind kind) {
  return kind == TargetKind::labels ? "labels that are 0 or 1" : name_of(kind);
}

/// How data come to have such targets.
std::string_view remedy_for(TargetKind kind) {
  constexpr std::array<std::string_view, 3> kRemedies{"name one column of classes by ‹label_column›",
                                                      "name the labels' columns by ‹label_columns›",
                                                      "name the columns of numbers by ‹target_columns›"};
  return kRemedies[static_cast<std::size_t>(kind)];
}

void check_targets(const ObjectiveEntry& entry, const TargetShape& targets) {
  if (std::ranges::find(entry.takes, targets.kind) == entry.takes.end()) {
    throw usage_error("‹loss› {} learns {}, but the data have {}; {}, or give ‹loss› {}", entry.name,
                      description_of(entry.takes.front()), description_of(targets.kind),
                      remedy_for(entry.takes.front()), objective_name(default_objective(targets.kind).kind));
  }
}

kernels::OutputLoss::Constants huber_constants(const Objective& objective, std::size_t) {
  return {.first = static_cast<float>(objective.delta),
          .second = static_cast<float>(objective.delta * objective.delta / 2)};
}

kernels::OutputLoss::Constants quantile_constants(const Objective& objective, std::size_t output) {
  const double q = objective.quantiles[objective.quantiles.size() == 1 ? 0 : output];
  return {.first = static_cast<float>(q), .second = static_cast<float>(1 - q)};
}

}  // namespace

std::span<const ObjectiveEntry> objective_registry() {
  using enum TargetKind;
  static const auto kObjectives = std::to_array<ObjectiveEntry>({
      {.kind = ObjectiveKind::softmax_cross_entropy,
       .name = "softmax_cross_entropy",
       .help = "one of several classes",
       .takes = {classes},
       .map = OutputMap::softmax,
       .label_smoothing = true,
       .class_weights = true,
       .torch_divides_by_weights = true},
      {.kind = ObjectiveKind::binary_cross_entropy,
       .name = "binary_cross_entropy",
       .help = "two classes by one output, or several labels that are 0 or 1 each",
       .takes = {labels, classes},
       .map = OutputMap::sigmoid,
       .label_smoothing = true,
       .class_weights = true},
      {.kind = ObjectiveKind::mse,
       .name = "mse",
       .help = "numbers, by squared errors",
       .takes = {numbers},
       .torch_divides_by_weights = true},
      {.kind = ObjectiveKind::mae,
       .name = "mae",
       .help = "numbers, by absolute errors",
       .takes = {numbers},
       .torch_divides_by_weights = true},
      {.kind = ObjectiveKind::huber,
       .name = "huber",
       .help = "numbers, by errors that are squared up to delta and absolute beyond",
       .keys = {"delta"},
       .takes = {numbers},
       .constants = huber_constants},
      {.kind = ObjectiveKind::quantile,
       .name = "quantile",
       .help = "quantiles q of numbers; several of one number, as 0.1:0.5:0.9, are an output each",
       .keys = {"q"},
       .takes = {numbers},
       .constants = quantile_constants},
  });
  return kObjectives;
}

const ObjectiveEntry& entry_of(ObjectiveKind kind) {
  return *std::ranges::find(objective_registry(), kind, &ObjectiveEntry::kind);
}

Objective default_objective(TargetKind targets) {
  switch (targets) {
    case TargetKind::labels:
      return {.kind = ObjectiveKind::binary_cross_entropy};
    case TargetKind::numbers:
      return {.kind = ObjectiveKind::mse};
    case TargetKind::classes:
      break;
  }
  return {};
}

std::size_t output_count(const Objective& objective, const TargetShape& targets) {
  check_targets(entry_of(objective.kind), targets);
  if (objective.kind == ObjectiveKind::binary_cross_entropy && targets.kind == TargetKind::classes) {
    if (targets.count != 2) {
      throw usage_error(
          "‹loss› binary_cross_entropy tells two classes apart, but the data have {}; give ‹loss› "
          "softmax_cross_entropy",
          targets.count);
    }
    return 1;
  }
  if (shares_target(objective)) {
    if (targets.count != 1) {
      throw usage_error("‹loss› quantile with {} values of q learns one number, but the data have {}; give one q",
                        objective.quantiles.size(), targets.count);
    }
    return objective.quantiles.size();
  }
  return targets.count;
}

kernels::OutputLoss::Constants loss_constants(const Objective& objective, std::size_t output) {
  const auto constants = entry_of(objective.kind).constants;
  return constants == nullptr ? kernels::OutputLoss::Constants{} : constants(objective, output);
}

std::span<const std::string_view> figures(const Objective& objective, const TargetShape& targets) {
  switch (targets.kind) {
    case TargetKind::labels:
      return kLabelFigures;
    case TargetKind::numbers:
      return objective.kind == ObjectiveKind::quantile ? std::span<const std::string_view>(kQuantileFigures)
                                                       : kNumberFigures;
    case TargetKind::classes:
      break;
  }
  return targets.count == 2 ? std::span<const std::string_view>(kTwoClassFigures) : kClassFigures;
}

}  // namespace strata
