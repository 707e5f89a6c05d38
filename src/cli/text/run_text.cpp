#include "cli/text/run_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "cli/text/info.h"
#include "cli/text/option_text.h"
#include "core/figure.h"
#include "data/shown_text.h"
#include "io/run_log.h"
#include "kernels/instruction_set.h"
#include "run/data_notes.h"

namespace strata::cli {

namespace {

/// Such as `784-300-100-50-10 elu`.
std::string shape(const RunInfo& run) {
  std::string text = fmt::format("{}", run.features);
  for (const std::size_t size : run.config.hidden) {
    text += fmt::format("-{}", size);
  }
  text += fmt::format("-{}", run.outputs);
  return run.config.hidden.empty() ? text : fmt::format("{} {}", text, entry_of(run.config.activation.kind).name);
}

std::string layers(const ParameterGroup& group) {
  return group.first == group.last ? fmt::format("layer {}", group.first)
                                   : fmt::format("layers {}-{}", group.first, group.last);
}

std::string reason(const RunInfo& run, const TrainSettings& settings) {
  if (settings.threads_as_begun) {
    return "as many as the run was allowed when it began";
  }
  if (!run.config.may_spare_threads) {
    return "as --threads says";
  }
  return run.threads < run.config.threads ? fmt::format("of {}: with more a step would take longer", run.config.threads)
                                          : "what affinity and the cgroup quota allow";
}

std::string class_of(const RunInfo& run, std::size_t number) {
  return run.class_names.empty() ? std::to_string(number) : shown(run.class_names[number]);
}

/// The first ten of some, and how many more there are.
std::string first_ones(const std::vector<std::string>& texts) {
  constexpr std::size_t kMost = 10;
  const std::size_t count = std::min(texts.size(), kMost);
  return fmt::format("{}{}", fmt::join(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(count), ", "),
                     texts.size() > count ? fmt::format(", … ({} in all)", texts.size()) : "");
}

/// Whether the only output is of one of two classes, or what epochs are compared by.
bool has_positive(const RunInfo& run) {
  const std::string_view monitored = run.config.monitor.figure;
  return run.targets.kind == TargetKind::classes && run.targets.count == 2 &&
         (run.outputs == 1 || monitored == "f1" || monitored == "average_precision");
}

/// What is remarkable about the classes: those that cannot be learnt, and how much each counts.
std::string class_lines(const RunInfo& run) {
  std::string text;
  std::vector<std::string> untrained;
  for (const std::size_t number : run.untrained_classes) {
    untrained.push_back(class_of(run, number));
  }
  if (!untrained.empty()) {
    text += fmt::format("classes {} of {} without a training row, so that they cannot be learnt: {}\n",
                        untrained.size(), run.targets.count, first_ones(untrained));
  }
  std::vector<std::string> weights;
  for (std::size_t number = 0; number < run.class_weights.size(); ++number) {
    weights.push_back(fmt::format("{} {:.4g}", class_of(run, number), run.class_weights[number]));
  }
  return weights.empty() ? text : text + fmt::format("weights {}\n", first_ones(weights));
}

}  // namespace

std::string few_steps(const TrainConfig& config, std::size_t steps_per_epoch) {
  constexpr std::uint64_t kFew = 100;
  const std::uint64_t steps = std::uint64_t{config.epochs} * steps_per_epoch;
  return steps >= kFew || config.max_steps ? "" : fmt::format("only {} in all, {} an epoch", steps, steps_per_epoch);
}

std::string announcement(const RunInfo& run, const TrainSettings& settings, const DataSource& source,
                         const std::string& instruction_set) {
  std::string text = data_summary(settings.request.data.string(), source, run.train_rows, run.validation_rows,
                                  run.test_rows, has_positive(run)) +
                     as_options(training_notes(source)) + class_lines(run);
  if (settings.from) {
    text += fmt::format("from    {}{}\n", settings.from_path->string(),
                        settings.new_output ? ", its output layer drawn anew" : "");
  }
  text += fmt::format("model   {}, {} parameters\n", shape(run), grouped_digits(run.parameters));
  for (const ParameterGroup& group : run.config.groups) {
    text +=
        fmt::format("{:<7} {}: {}\n", group.name, layers(group), brief_text(group.optimizer, run.config.convention));
  }
  const std::string threads = fmt::format("{} thread{}", run.threads, run.threads == 1 ? "" : "s");
  if (run.config.ranks != nullptr) {
    const Communicator& ranks = *run.config.ranks;
    text += fmt::format("engine  {}, {}, {} ranks by {}, {} on this machine, {} each\n", run.engine, instruction_set,
                        ranks.world_size(), ranks.name(), ranks.node_size(), threads);
  } else {
    text += fmt::format("engine  {}, {}, {} ({})\n", run.engine, instruction_set, threads, reason(run, settings));
  }
  if (run.config.precision == kernels::Precision::bf16) {  // only then is the CPU looked at
    text += precision_line(run.config.precision, slow_bf16());
  }
  if (const std::string few = few_steps(run.config, run.steps_per_epoch); !few.empty()) {
    text += fmt::format("steps   {}; more --epochs or a smaller --batch-size makes more\n", few);
  }
  return text;
}

std::string precision_line(kernels::Precision precision, const std::optional<kernels::Bf16Speed>& slow) {
  return precision == kernels::Precision::bf16 && slow
             ? fmt::format("bf16    {}; without --precision bf16 it is faster\n", slow_bf16_text(*slow))
             : "";
}

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
