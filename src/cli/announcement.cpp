#include "cli/announcement.h"

#include <fmt/format.h>

#include "cli/choices.h"
#include "cli/message.h"
#include "cli/progress_line.h"
#include "kernels/instruction_set.h"

namespace strata::cli {

namespace {

/// Such as `784-300-100-50-10 elu`.
std::string shape(const RunInfo& run) {
  std::string text = fmt::format("{}", run.features);
  for (const std::size_t size : run.config.hidden) {
    text += fmt::format("-{}", size);
  }
  text += fmt::format("-{}", run.classes);
  return run.config.hidden.empty() ? text : fmt::format("{} {}", text, activation_name(run.config.activation));
}

std::string layers(const ParameterGroup& group) {
  return group.first == group.last ? fmt::format("layer {}", group.first)
                                   : fmt::format("layers {}-{}", group.first, group.last);
}

std::string reason(const RunInfo& run) {
  if (!run.config.may_spare_threads) {
    return "as --threads says";
  }
  return run.threads < run.config.threads ? fmt::format("of {}: with more a step would take longer", run.config.threads)
                                          : "what affinity and the cgroup quota allow";
}

}  // namespace

std::string announcement(const RunInfo& run, const TrainSettings& settings, const std::string& instruction_set) {
  std::string text =
      fmt::format("data    {}: {} training, {} validation, {} test rows\n", settings.request.data.string(),
                  grouped_digits(run.train_rows), grouped_digits(run.validation_rows), grouped_digits(run.test_rows));
  if (settings.from) {
    text += fmt::format("from    {}{}\n", settings.from_path.string(),
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
    text += fmt::format("engine  {}, {}, {} ({})\n", run.engine, instruction_set, threads, reason(run));
  }
  return text;
}

void Announcer::on_run(const RunInfo& run) {
  print_notes(announcement(run, settings_, kernels::instruction_set_name()));
}

}  // namespace strata::cli
