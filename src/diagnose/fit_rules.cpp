// Rules about how much was learnt: training rows alone (overfitting), or too little.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "diagnose/rules.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

const EpochFacts* best_epoch_of(const RunFacts& run) {
  const EpochFacts* best = nullptr;
  for (const EpochFacts& epoch : run.epochs) {
    if (epoch.val_loss && std::isfinite(*epoch.val_loss) && (best == nullptr || *epoch.val_loss < *best->val_loss)) {
      best = &epoch;
    }
  }
  return best;
}

/// Of a mean over validation rows whose losses scatter about as far as they are large, twice the standard error.
double noise_of_mean(double loss, std::size_t rows) {
  return rows == 0 ? 0 : 2 * loss / std::sqrt(static_cast<double>(rows));
}

void add_accuracy(Json& evidence, const char* name, const EpochFacts& epoch) {
  if (epoch.val_accuracy) {
    evidence[name] = *epoch.val_accuracy;
  }
}

/// The loss may rise somewhat while fewer rows are mistaken: those that are, are so more surely. That costs nothing.
bool is_more_accurate(const EpochFacts& epoch, const EpochFacts& than) {
  constexpr double kSomewhat = 1.5;
  return epoch.val_accuracy && than.val_accuracy && *epoch.val_accuracy > *than.val_accuracy &&
         *epoch.val_loss < kSomewhat * *than.val_loss;
}

bool has_any(const Diagnosis& diagnosis, std::initializer_list<std::string_view> codes) {
  return std::ranges::any_of(codes, [&](std::string_view code) { return diagnosis.has(code); });
}

/// The share of the validation rows that the most frequent class has.
double majority(const RunFacts& run) {
  const std::vector<std::size_t>& counts = run.data->validation_counts;
  const auto rows = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::size_t{0}));
  return counts.empty() || rows == 0 ? 1 : static_cast<double>(std::ranges::max(counts)) / rows;
}

/// Whether no epoch did better on validation rows than who knows the classes' frequencies alone.
bool guesses(const RunFacts& run) {
  constexpr double kNothing = 0.02;
  constexpr std::size_t kLeastRows = 60;
  if (!run.data || run.validation_rows < kLeastRows || run.targets != TargetKind::classes) {
    return false;
  }
  const double frequent = majority(run);
  const double chance_of_more = 3 * std::sqrt(frequent * (1 - frequent) / static_cast<double>(run.validation_rows));
  return std::ranges::all_of(run.epochs, [&](const EpochFacts& epoch) {
    const std::optional<double> part = explained(run, epoch);
    return part && *part < kNothing && epoch.val_accuracy && *epoch.val_accuracy < frequent + chance_of_more;
  });
}

/// What in the network itself holds it back, as advice; empty: nothing that is known.
std::string reason_in_network(const RunFacts& run) {
  constexpr double kMuchDropped = 0.5;
  constexpr std::size_t kNarrow = 4;
  for (const Json& rate : run.config.value("dropout", Json::array())) {
    if (rate.is_number() && rate.get<double>() > kMuchDropped) {
      return "give less ‹dropout›";
    }
  }
  for (const Json& width : run.config.value("hidden", Json::array())) {
    if (width.is_number() && width.get<std::size_t>() < kNarrow) {
      return "give wider layers to ‹hidden›";
    }
  }
  return "";
}

/// Why a network that explains little may be at fault itself, as advice; empty: no reason is known.
std::string reason_for_little(const RunFacts& run) {
  constexpr double kStillFalling = 0.99;
  if (std::string reason = reason_in_network(run); !reason.empty()) {
    return reason;
  }
  const std::size_t epochs = run.epochs.size();
  if (epochs >= 2 && run.epochs[epochs - 1].train_loss < kStillFalling * run.epochs[epochs - 2].train_loss) {
    return "give more ‹epochs›: the loss still falls";
  }
  return "";
}

}  // namespace

void find_overfitting(const RunFacts& run, Diagnosis& diagnosis) {
  constexpr double kWorse = 1.2;
  const EpochFacts* best = best_epoch_of(run);
  if (best == nullptr || run.restored_best || run.status == "diverged" || diagnosis.has("S101")) {
    return;
  }
  const EpochFacts& last = run.epochs.back();
  const double worse =
      std::max(kWorse * *best->val_loss, *best->val_loss + noise_of_mean(*best->val_loss, run.validation_rows));
  if (!last.val_loss || !(*last.val_loss > worse) || last.epoch < best->epoch + 2 ||
      last.train_loss >= best->train_loss || is_more_accurate(last, *best)) {
    return;
  }
  Finding finding{.code = "S201"};
  finding.evidence = {{"since_epoch", best->epoch}, {"best_val_loss", *best->val_loss}};
  add_accuracy(finding.evidence, "best_val_accuracy", *best);
  finding.evidence["last_epoch"] = last.epoch;
  finding.evidence["last_val_loss"] = *last.val_loss;
  add_accuracy(finding.evidence, "last_val_accuracy", last);
  finding.advice =
      "‹restore_best› ends with that epoch's weights and ‹early_stopping› saves the time after it; "
      "‹dropout›, a weight_decay or more data put it off";
  diagnosis.add(std::move(finding));
}

void find_little_learnt(const RunFacts& run, Diagnosis& diagnosis) {
  constexpr double kLittle = 0.5;
  constexpr double kLittleOfNumbers = 0.3;
  constexpr double kSmallGap = 0.85;  // of the training loss to that of validation rows
  if (run.epochs.empty() || run.status == "diverged" || has_any(diagnosis, {"S101", "S102", "S103", "S301", "S307"})) {
    return;
  }
  const EpochFacts& last = run.epochs.back();
  const std::optional<double> part = explained(run, last);
  const Json evidence{{"explained", part ? Json(*part) : Json()},
                      {"train_loss", last.train_loss},
                      {"val_loss", last.val_loss ? Json(*last.val_loss) : Json()}};
  const std::string reason = reason_for_little(run);
  if (guesses(run) && reason_in_network(run).empty()) {
    Finding finding{.code = "S306", .evidence = evidence};
    finding.evidence["chance_loss"] = chance_loss(run).value_or(0);
    finding.advice = "look whether each row of ‹data› has its own label, and at ‹ignore_columns›";
    diagnosis.add(std::move(finding));
    return;
  }
  if (!part || !last.val_loss || *part >= (run.targets == TargetKind::numbers ? kLittleOfNumbers : kLittle) ||
      last.train_loss < kSmallGap * *last.val_loss || diagnosis.has("S106")) {
    return;
  }
  diagnosis.add({.code = reason.empty() ? "S904" : "S202",
                 .evidence = evidence,
                 .advice = reason.empty() ? "a larger ‹hidden› and more ‹epochs› tell whether there is more" : reason});
}

}  // namespace strata
