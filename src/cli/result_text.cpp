#include "cli/result_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "cli/progress_line.h"
#include "io/run_log.h"

namespace strata::cli {

namespace {

std::string part_text(std::string_view part, std::optional<double> loss, std::optional<double> accuracy) {
  return loss && accuracy ? fmt::format("{0} loss {1}  {0} accuracy {2}\n", part, figure(*loss), figure(*accuracy))
                          : "";
}

/// The best epoch, where it matters: the run stopped for it, or ends with its weights.
std::string best_text(const RunResult& result) {
  if (!result.best_epoch || !(result.stopped_early || result.restored_best)) {
    return "";
  }
  return fmt::format("best epoch {}: {} {}{}{}\n", *result.best_epoch, monitor_name(result.monitor),
                     figure(*result.best_value), result.stopped_early ? "; stopped early" : "",
                     result.restored_best ? "; its weights are restored" : "");
}

}  // namespace

std::string result_text(const RunResult& result) {
  std::string text = fmt::format("{} after {} steps in {:.1f} s\n", status_name(result.status),
                                 grouped_digits(result.steps), result.seconds);
  text += best_text(result);
  text += part_text("validation", result.val_loss, result.val_accuracy);
  text += part_text("test", result.test_loss, result.test_accuracy);
  return text + fmt::format("weights {}\n", result.weights_hash);
}

std::string divergence_text(const Divergence& divergence, const TrainConfig& config, bool not_saved) {
  std::string group;
  if (divergence.layer) {
    const auto of_layer = [&](const ParameterGroup& g) {
      return g.first <= *divergence.layer && *divergence.layer <= g.last;
    };
    group = fmt::format(" ({})", std::ranges::find_if(config.groups, of_layer)->name);
  }
  std::string rates;
  for (const auto& [name, rate] : divergence.learning_rates) {
    rates += fmt::format("{}{} {}", rates.empty() ? "" : ", ", name, rate);
  }
  return fmt::format("diverged: {}{}; learning rates: {}; try smaller ones{}", divergence_place(divergence), group,
                     rates, not_saved ? "; nothing is saved" : "");
}

}  // namespace strata::cli
