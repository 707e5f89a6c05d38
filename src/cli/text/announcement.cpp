#include "cli/text/announcement.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "cli/options/choices.h"
#include "cli/text/info.h"
#include "cli/text/option_text.h"
#include "core/figure.h"
#include "data/shown_text.h"
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

}  // namespace strata::cli
