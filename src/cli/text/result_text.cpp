#include "cli/text/result_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "core/figure.h"
#include "io/run_log.h"

namespace strata::cli {

namespace {

std::string part_text(std::string_view part, std::optional<double> loss, std::span<const Figure> figures,
                      const std::string& of = "") {
  if (!loss) {
    return "";
  }
  std::string text = fmt::format("{} loss {}", part, figure_text(*loss));
  for (const Figure& one : figures) {
    text += fmt::format("  {} {} {}", part, figure_entry(one.name).text, figure_text(one));
  }
  return text + of + "\n";
}

/// What the validation's figures are of, if not of the weights below them.
std::string validated_text(const RunResult& result) {
  return result.val_epoch ? fmt::format("  (after epoch {}, before these weights)", *result.val_epoch) : "";
}

/// The best epoch, where it matters: the run stopped for it, or ends with its weights.
std::string best_text(const RunResult& result) {
  if (!result.best_epoch || !(result.stopped_early || result.restored_best)) {
    return "";
  }
  return fmt::format("best epoch {}: {} {}{}{}\n", *result.best_epoch, monitor_name(result.monitor),
                     figure_text(Figure{result.monitor.figure, *result.best_value}),
                     result.stopped_early ? "; stopped early" : "",
                     result.restored_best ? "; its weights are restored" : "");
}

}  // namespace

std::string result_text(const RunResult& result) {
  std::string text = fmt::format("{} after {} steps in {:.1f} s\n", status_name(result.status),
                                 grouped_digits(result.steps), result.seconds);
  text += best_text(result);
  text += part_text("validation", result.val_loss, result.val_figures, validated_text(result));
  text += part_text("test", result.test_loss, result.test_figures);
  return text + fmt::format("weights {}\n", result.weights_hash);
}

std::string unused_limit_text(const RunResult& result, const TrainConfig& config) {
  constexpr double kNearly = 0.9;  // of the time, which is kept to about a step
  if (result.status != RunStatus::completed || result.stopped_early || result.epochs < config.epochs) {
    return "";
  }
  std::string limits;
  if (config.max_seconds && result.seconds < kNearly * *config.max_seconds) {
    limits = fmt::format("{:.1f} of the {:g} s of --max-time", result.seconds, *config.max_seconds);
  }
  if (config.max_steps && result.steps < *config.max_steps) {
    limits += fmt::format("{}{} of the {} steps of --max-steps", limits.empty() ? "" : " and ",
                          grouped_digits(result.steps), grouped_digits(*config.max_steps));
  }
  return limits.empty()
             ? ""
             : fmt::format("limit   {} epochs ended the run after {}; give more --epochs\n", config.epochs, limits);
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
    rates += fmt::format("{}{} {}", rates.empty() ? "" : ", ", name, rate_text(rate));
  }
  return fmt::format("diverged: {}{}; learning rates: {}; try smaller ones{}", divergence_place(divergence), group,
                     rates, not_saved ? "; nothing is saved" : "");
}

}  // namespace strata::cli
