#include "diagnose/run_facts.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

#include "core/number.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

/// The value of `key` in an OPTIMIZER's text; empty without it.
std::string_view key_of_text(std::string_view optimizer, std::string_view key) {
  const std::string start = "," + std::string(key) + "=";
  const std::size_t at = optimizer.find(start);
  if (at == std::string_view::npos) {
    return "";
  }
  const std::string_view value = optimizer.substr(at + start.size());
  return value.substr(0, value.find(','));
}

GroupFacts group_of(std::string name, std::size_t first, std::size_t last, std::string_view optimizer) {
  GroupFacts group{.name = std::move(name), .first = first, .last = last};
  group.optimizer = optimizer.substr(0, optimizer.find(','));
  group.lr = parse_number<double>(key_of_text(optimizer, "lr")).value_or(0);
  group.follows_loss = key_of_text(optimizer, "schedule") == "plateau";
  return group;
}

/// Of `FIRST-LAST:OPTIMIZER`.
GroupFacts group_of_text(std::string_view text) {
  const std::string_view layers = text.substr(0, text.find(':'));
  const std::size_t dash = layers.find('-');
  const std::size_t first = parse_number<std::size_t>(layers.substr(0, dash)).value_or(0);
  const std::size_t last =
      dash == std::string_view::npos ? first : parse_number<std::size_t>(layers.substr(dash + 1)).value_or(first);
  return group_of(std::string(layers), first, last, text.substr(std::min(layers.size() + 1, text.size())));
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// The ratios of the group's layers at the end of the epoch that are finite.
std::vector<double> ratios_of(const EpochFacts& epoch, const GroupFacts& group) {
  std::vector<double> ratios;
  for (std::size_t l = group.first; l <= group.last && l < epoch.update_ratios.size(); ++l) {
    if (std::isfinite(epoch.update_ratios[l])) {
      ratios.push_back(epoch.update_ratios[l]);
    }
  }
  return ratios;
}

/// The sum of the group's rates over the steps after `first` up to `last`, beside that of the last of them: how many
/// such steps they are worth. Empty if it stands still then.
std::optional<double> worth(const GroupFacts& group, std::uint64_t first, std::uint64_t last) {
  if (last > group.rates.size() || first >= last) {
    return static_cast<double>(last - std::min(first, last));
  }
  const double final_rate = group.rates[last - 1];
  if (!(final_rate > 0)) {
    return std::nullopt;
  }
  const auto begin = group.rates.begin();
  return std::accumulate(begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(last), 0.0) /
         final_rate;
}

double entropy(const std::vector<std::size_t>& counts) {
  const auto rows = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::size_t{0}));
  double sum = 0;
  for (const std::size_t count : counts) {
    const double share = static_cast<double>(count) / rows;
    sum -= count > 0 ? share * std::log(share) : 0.0;
  }
  return sum;
}

std::optional<double> figure_named(const FigureList& figures, std::string_view name) {
  const auto found = std::ranges::find(figures, name, &Figure::name);
  return found == figures.end() || !std::isfinite(found->value) ? std::nullopt : std::optional(found->value);
}

std::string_view status_of(RunStatus status) {
  return status == RunStatus::diverged ? "diverged" : status == RunStatus::completed ? "completed" : "interrupted";
}

}  // namespace

std::string RunFacts::option(const char* key) const {
  const auto found = config.find(key);
  return found == config.end() ? "" : found->is_string() ? found->get<std::string>() : found->dump();
}

double RunFacts::number(const char* key, double missing) const {
  const auto found = config.find(key);
  return found != config.end() && found->is_number() ? found->get<double>() : missing;
}

std::vector<GroupFacts> groups_of(const Json& config) {
  std::vector<GroupFacts> groups;
  if (const Json listed = config.value("group", Json()); listed.is_array()) {
    for (const Json& text : listed) {
      groups.push_back(group_of_text(text.get<std::string>()));
    }
    std::ranges::sort(groups, {}, &GroupFacts::first);
    return groups;
  }
  const std::size_t layers = config.value("hidden", Json::array()).size() + 1;
  const std::size_t upper = std::min(config.value("upper_layers", std::size_t{2}), layers);
  if (upper < layers) {
    groups.push_back(group_of("lower", 0, layers - upper - 1, config.value("lower", "")));
  }
  if (upper > 0) {
    groups.push_back(group_of("upper", layers - upper, layers - 1, config.value("upper", "")));
  }
  return groups;
}

std::optional<double> chance_loss(const RunFacts& run) {
  if (run.targets != TargetKind::classes || run.target_count < 2) {
    return std::nullopt;
  }
  const std::vector<std::size_t> none;
  const std::vector<std::size_t>& counts = !run.data                             ? none
                                           : run.data->validation_counts.empty() ? run.data->train_counts
                                                                                 : run.data->validation_counts;
  const double chance = counts.empty() ? 0.0 : entropy(counts);
  return chance > 0 ? chance : std::log(static_cast<double>(run.target_count));
}

std::optional<double> explained(const RunFacts& run, const EpochFacts& epoch) {
  if (epoch.val_r2) {
    return epoch.val_r2;
  }
  const std::optional<double> chance = chance_loss(run);
  if (!chance || !epoch.val_loss) {
    return std::nullopt;
  }
  return 1 - *epoch.val_loss / *chance;
}

std::optional<double> movement(const RunFacts& run, const GroupFacts& group) {
  double sum = 0;
  bool any = false;
  std::uint64_t before = 0;
  for (const EpochFacts& epoch : run.epochs) {
    const std::vector<double> ratios = ratios_of(epoch, group);
    const std::optional<double> steps = worth(group, before, epoch.global_step);
    before = epoch.global_step;
    if (!ratios.empty() && steps) {
      sum += std::ranges::max(ratios) * *steps;
      any = true;
    }
  }
  return any ? std::optional(sum) : std::nullopt;
}

std::optional<double> update_ratio(const RunFacts& run, const GroupFacts& group) {
  std::vector<double> largest;
  for (const EpochFacts& epoch : run.epochs) {
    if (const std::vector<double> ratios = ratios_of(epoch, group); !ratios.empty()) {
      largest.push_back(std::ranges::max(ratios));
    }
  }
  return largest.empty() ? std::nullopt : std::optional(median(std::move(largest)));
}

double times_usual_rate(const GroupFacts& group) {
  // Keras' defaults where they are rates of steps of their own length, and for the others what is usual for such a
  // step.
  const double usual = group.optimizer == "sgd"        ? 0.01
                       : group.optimizer == "adadelta" ? 1
                       : group.optimizer == "adagrad"  ? 0.01
                                                       : 0.001;
  return group.lr / usual;
}

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
