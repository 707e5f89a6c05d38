#include "diagnose/observed_facts.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace strata {

namespace {

std::optional<double> figure_named(const FigureList& figures, std::string_view name) {
  const auto found = std::ranges::find(figures, name, &Figure::name);
  return found == figures.end() || !std::isfinite(found->value) ? std::nullopt : std::optional(found->value);
}

std::string_view status_of(RunStatus status) {
  return status == RunStatus::diverged ? "diverged" : status == RunStatus::completed ? "completed" : "interrupted";
}

}  // namespace

ObservedFacts::ObservedFacts(const nlohmann::ordered_json& config) {
  facts_.config = config;
  facts_.groups = groups_of(config);
}

void ObservedFacts::on_run(const RunInfo& run) {
  facts_.targets = run.targets.kind;
  facts_.target_count = run.targets.count;
  facts_.train_rows = run.train_rows;
  facts_.validation_rows = run.validation_rows;
  facts_.steps_per_epoch = run.steps_per_epoch;
}

void ObservedFacts::on_step(const StepInfo& step) {
  if (step.global_step > kMostSteps) {
    facts_.losses = {};
    facts_.epochs = {};
    return;
  }
  facts_.losses.push_back(step.loss);
  if (step.gradient_norm) {
    facts_.gradient_norms.push_back(*step.gradient_norm);
  }
  for (const auto& [name, rate] : step.learning_rates) {
    if (const auto group = std::ranges::find(facts_.groups, name, &GroupFacts::name); group != facts_.groups.end()) {
      group->rates.push_back(rate);
    }
  }
}

void ObservedFacts::on_epoch(const EpochInfo& epoch) {
  if (epoch.global_step > kMostSteps) {
    return;
  }
  facts_.epochs.push_back({.epoch = epoch.epoch,
                           .global_step = epoch.global_step,
                           .train_loss = epoch.train_loss,
                           .val_loss = epoch.val_loss && std::isfinite(*epoch.val_loss) ? epoch.val_loss : std::nullopt,
                           .val_accuracy = figure_named(epoch.val_figures, "accuracy"),
                           .val_r2 = figure_named(epoch.val_figures, "r2"),
                           .update_ratios = epoch.update_ratios,
                           .units = epoch.units});
}

void ObservedFacts::on_result(const RunResult& result) {
  facts_.status = status_of(result.status);
  facts_.restored_best = result.restored_best;
}

}  // namespace strata
