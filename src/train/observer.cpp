#include "train/observer.h"

#include <fmt/format.h>

namespace strata {

namespace {

/// Adds the loss and the figures of a part that was evaluated.
void add_part(NamedValues& values, std::string_view part, const std::optional<double>& loss,
              std::span<const Figure> figures) {
  if (!loss) {
    return;
  }
  values[fmt::format("{}_loss", part)] = *loss;
  for (const auto& [name, value] : figures) {
    values[fmt::format("{}_{}", part, name)] = value;
  }
}

}  // namespace

NamedValues figures_of(const EpochInfo& epoch) {
  NamedValues values;
  add_part(values, "train", epoch.train_loss, epoch.train_figures);
  add_part(values, "val", epoch.val_loss, epoch.val_figures);
  return values;
}

NamedValues figures_of(const RunResult& result) {
  NamedValues values;
  add_part(values, "train", result.train_loss, result.train_figures);
  add_part(values, "val", result.val_loss, result.val_figures);
  add_part(values, "test", result.test_loss, result.test_figures);
  return values;
}

}  // namespace strata
