// Rules about learning rates: divergence, groups that move too much or too little, clipping, schedules that have ended.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diagnose/rules.h"

namespace strata {

namespace {

// Thresholds: docs/diagnoses.md says on which runs they were chosen.
constexpr double kLargeRatio = 0.02;        ///< of an update to the weights, at the ends of epochs
constexpr double kLargeAtUnusual = 0.01;    ///< likewise, where the rate is unusual
constexpr double kLeap = 3;                 ///< times the first loss
constexpr double kUnusualRate = 8;          ///< times the usual
constexpr double kSmallMovement = 0.05;     ///< of the weights, in the whole run
constexpr double kNoMovement = 2e-4;        ///< likewise
constexpr std::size_t kLeastSteps = 100;    ///< of a run whose pace can be told
constexpr double kNothingExplained = 0.05;  ///< by the last epoch

/// The option that gives the group's optimizer.
std::string option_of(const GroupFacts& group) {
  return group.name == "lower" || group.name == "upper" ? fmt::format("‹{}›", group.name)
                                                        : fmt::format("‹group› {}", group.name);
}

bool is_diverged(const RunFacts& run) { return run.status == "diverged"; }

/// Before any update.
double first_loss(const RunFacts& run) { return run.losses.empty() ? 0 : run.losses.front(); }

/// Whether the last epoch has explained nothing, or its loss is above the first one.
bool has_failed(const RunFacts& run) {
  if (run.epochs.empty()) {
    return false;
  }
  const EpochFacts& last = run.epochs.back();
  const std::optional<double> part = explained(run, last);
  return !std::isfinite(last.train_loss) || last.train_loss > first_loss(run) ||
         (part && !(*part >= kNothingExplained));
}

/// Whether a step's loss was far above the first one.
bool has_leapt(const RunFacts& run) {
  return std::ranges::any_of(run.losses, [&](double loss) { return loss > kLeap * first_loss(run); });
}

/// The trained group whose rate is the largest beside what is usual; null: none is trained.
const GroupFacts* most_unusual(const RunFacts& run) {
  const GroupFacts* most = nullptr;
  for (const GroupFacts& group : run.groups) {
    if (!group.frozen() && (most == nullptr || times_usual_rate(group) > times_usual_rate(*most))) {
      most = &group;
    }
  }
  return most;
}

void add_fast(const RunFacts& run, const GroupFacts& group, Diagnosis& diagnosis) {
  Finding finding{.code = "S101", .group = group.name};
  finding.evidence = {{"lr", group.lr}};
  if (const auto ratio = update_ratio(run, group)) {
    finding.evidence["update_ratio"] = *ratio;
  }
  finding.evidence["first_loss"] = first_loss(run);
  if (is_diverged(run)) {
    finding.evidence["diverged_after_steps"] = run.losses.size();
  } else if (!run.epochs.empty()) {
    finding.evidence["last_train_loss"] = run.epochs.back().train_loss;
  }
  finding.advice = fmt::format("give {} a smaller lr, such as {:.2g}; strata find-lr measures which suits",
                               option_of(group), group.lr / 10);
  diagnosis.add(std::move(finding));
}

/// Whether steps train on few units at a time, whose gradients are larger for that.
bool drops_most(const RunFacts& run) {
  constexpr double kMost = 0.5;
  const auto rates = run.config.value("dropout", nlohmann::ordered_json::array());
  return std::ranges::any_of(rates,
                             [](const auto& rate) { return rate.is_number() && rate.template get<double>() > kMost; });
}

/// Whether slow weights can be a fault of the run: it had the steps to move them, began at random weights and has
/// something left to learn.
bool can_be_slow(const RunFacts& run) {
  constexpr double kAllExplained = 0.99;
  const std::optional<double> part = run.epochs.empty() ? std::nullopt : explained(run, run.epochs.back());
  return run.losses.size() >= kLeastSteps && run.option("from").empty() && !is_diverged(run) &&
         !(part && *part > kAllExplained);
}

/// The steps up to the one after which the rate is next to nothing.
std::size_t steps_at_work(const GroupFacts& group) {
  constexpr double kNextToNothing = 0.01;
  const double most = group.rates.empty() ? 0 : std::ranges::max(group.rates);
  std::size_t steps = group.rates.size();
  while (steps > 0 && group.rates[steps - 1] < kNextToNothing * most) {
    --steps;
  }
  return steps;
}

}  // namespace

void find_slow_groups(const RunFacts& run, Diagnosis& diagnosis) {
  if (!can_be_slow(run)) {
    return;
  }
  for (const GroupFacts& group : run.groups) {
    const std::optional<double> moved = movement(run, group);
    const bool blown_up = has_failed(run) && times_usual_rate(group) >= kUnusualRate;  // gradients are gone: S101
    if (group.frozen() || !moved || *moved >= kSmallMovement || blown_up) {
      continue;
    }
    Finding finding{.code = *moved < kNoMovement ? "S103" : "S102", .group = group.name};
    finding.evidence = {{"lr", group.lr}, {"weights_moved_by", *moved}, {"steps", run.losses.size()}};
    finding.advice = fmt::format("give {} a larger lr; strata find-lr measures which suits", option_of(group));
    if (times_usual_rate(group) > 0.1) {
      finding.advice = fmt::format("no gradient reaches {}: try another ‹activation› or ‹init›, or a smaller lr above",
                                   option_of(group));
    }
    diagnosis.add(std::move(finding));
  }
}

void find_fast_groups(const RunFacts& run, Diagnosis& diagnosis) {
  bool found = false;
  for (const GroupFacts& group : run.groups) {
    const std::optional<double> ratio = update_ratio(run, group);
    const bool is_unusual = times_usual_rate(group) >= kUnusualRate;
    if (!group.frozen() && run.losses.size() >= kLeastSteps && ratio && (is_unusual || !drops_most(run)) &&
        *ratio > (is_unusual ? kLargeAtUnusual : kLargeRatio)) {
      add_fast(run, group, diagnosis);
      found = true;
    }
  }
  const GroupFacts* group = most_unusual(run);
  if (found || group == nullptr) {
    return;
  }
  const bool unusual = times_usual_rate(*group) >= kUnusualRate;
  const bool raw = diagnosis.has("S301") || (!run.data && run.option("scaler") == "none");
  if ((is_diverged(run) && (unusual || !raw)) || ((has_failed(run) || has_leapt(run)) && unusual)) {
    add_fast(run, *group, diagnosis);
  }
}

void find_clipping(const RunFacts& run, Diagnosis& diagnosis) {
  constexpr double kNearlyAll = 0.95;
  const double limit = run.number("clip_norm", 0);
  const std::size_t steps = run.gradient_norms.size();
  if (limit <= 0 || steps < kLeastSteps) {
    return;
  }
  std::vector<double> norms = run.gradient_norms;
  const auto clipped = static_cast<double>(std::ranges::count_if(norms, [&](double norm) { return norm > limit; }));
  if (clipped < kNearlyAll * static_cast<double>(steps)) {
    return;
  }
  std::ranges::nth_element(norms, norms.begin() + static_cast<std::ptrdiff_t>(steps / 2));
  const double middle = norms[steps / 2];
  diagnosis.add({.code = "S104",
                 .evidence = {{"clip_norm", limit},
                              {"clipped_share", clipped / static_cast<double>(steps)},
                              {"median_gradient_norm", middle}},
                 .advice = fmt::format("a ‹clip_norm› of {:.2g} would cut only what is unusual", 3 * middle)});
}

void find_ended_schedules(const RunFacts& run, Diagnosis& diagnosis) {
  constexpr double kShare = 0.2;
  for (const GroupFacts& group : run.groups) {
    const std::size_t steps = group.rates.size();
    const std::size_t worked = steps_at_work(group);
    if (group.frozen() || group.follows_loss || steps < kLeastSteps || worked == 0 ||
        static_cast<double>(steps - worked) < kShare * static_cast<double>(steps)) {
      continue;
    }
    diagnosis.add(
        {.code = "S105",
         .group = group.name,
         .evidence = {{"steps", steps}, {"steps_with_a_rate", worked}, {"last_rate", group.rates.back()}},
         .advice = fmt::format("let the schedule of {} end with the run (without decay_steps it does), or give "
                               "fewer ‹epochs›",
                               option_of(group))});
  }
}

void find_few_steps(const RunFacts& run, Diagnosis& diagnosis) {
  constexpr std::size_t kFewAnEpoch = 8;
  constexpr std::size_t kFewInAll = 400;
  constexpr double kStillFalling = 0.985;  // the loss beside that of the epoch before
  const std::size_t epochs = run.epochs.size();
  if (run.steps_per_epoch == 0 || run.steps_per_epoch >= kFewAnEpoch || epochs < 2 || run.losses.size() >= kFewInAll ||
      is_diverged(run) || run.epochs[epochs - 1].train_loss > kStillFalling * run.epochs[epochs - 2].train_loss) {
    return;
  }
  diagnosis.add({.code = "S106",
                 .evidence = {{"steps_per_epoch", run.steps_per_epoch},
                              {"steps", run.losses.size()},
                              {"train_loss_before", run.epochs[epochs - 2].train_loss},
                              {"train_loss", run.epochs[epochs - 1].train_loss}},
                 .advice = "give a smaller ‹batch_size›, or more ‹epochs›"});
}

}  // namespace strata
