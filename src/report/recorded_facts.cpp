#include "report/recorded_facts.h"

#include <algorithm>
#include <array>
#include <string>

#include "data/split.h"
#include "report/json_files.h"
#include "settings/run_config.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

std::optional<double> member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

std::vector<double> numbers(const Json& object, const char* key) {
  std::vector<double> values;
  if (const auto found = object.find(key); found != object.end() && found->is_array()) {
    std::ranges::transform(*found, std::back_inserter(values), number_or_nan);
  }
  return values;
}

EpochFacts epoch_of(const Json& line) {
  EpochFacts epoch{.epoch = line.value("epoch", std::uint32_t{0}),
                   .global_step = line.value("global_step", std::uint64_t{0}),
                   .train_loss = number_or_nan(line.value("train_loss", Json())),
                   .val_loss = member(line, "val_loss"),
                   .val_accuracy = member(line, "val_accuracy"),
                   .val_r2 = member(line, "val_r2"),
                   .update_ratios = numbers(line, "update_ratios")};
  const std::vector<double> dead = numbers(line, "dead_units");
  const std::vector<double> saturated = numbers(line, "saturated_outputs");
  for (std::size_t layer = 0; layer < std::min(dead.size(), saturated.size()); ++layer) {
    epoch.units.push_back({dead[layer], saturated[layer]});
  }
  return epoch;
}

void add_targets(RunFacts& run, const Json& info) {
  constexpr std::array<const char*, 3> kCounts{"classes", "labels", "targets"};  // by value of TargetKind
  for (std::size_t kind = 0; kind < kCounts.size(); ++kind) {
    if (const auto count = info.find(kCounts[kind]); count != info.end() && count->is_number_unsigned()) {
      run.targets = static_cast<TargetKind>(kind);
      run.target_count = count->get<std::size_t>();
    }
  }
}

/// How the run made features; empty for one that goes on from a model that is not at hand.
std::optional<Standardising> standardising_of(const Json& config, const ModelFile* model) {
  if (model != nullptr) {
    return Standardising{.scaler = &model->scaler};
  }
  if (config.contains("from")) {
    return std::nullopt;
  }
  const std::string scaler = config.value("scaler", "standard");
  return Standardising{.kind = scaler == "none"   ? ScalerKind::none
                               : scaler == "unit" ? ScalerKind::unit
                                                  : ScalerKind::standard};
}

}  // namespace

std::vector<GroupFacts> recorded_groups(const Json& config) {
  try {
    return groups_of(config);
  } catch (const Json::exception&) {
    return {};
  }
}

std::uint64_t expected_steps(const Json& config, const Json& info) {
  const std::uint64_t by_epochs = whole_or_0(config, "epochs") * whole_or_0(info, "steps_per_epoch");
  const std::uint64_t limit = whole_or_0(config, "max_steps");
  return limit > 0 && (by_epochs == 0 || limit < by_epochs) ? limit : by_epochs;
}

RunFacts recorded_facts(const Json& config, const Json& info, const Json& result, const StepSeries& steps,
                        const EpochSeries& epochs) {
  RunFacts run{.config = config, .groups = recorded_groups(config), .losses = steps.losses()};
  if (info.is_object()) {
    add_targets(run, info);
    run.train_rows = info.value("train_rows", std::size_t{0});
    run.validation_rows = info.value("validation_rows", std::size_t{0});
    run.steps_per_epoch = info.value("steps_per_epoch", std::size_t{0});
  }
  for (const auto& [name, rates] : steps.rates()) {
    if (const auto group = std::ranges::find(run.groups, name, &GroupFacts::name); group != run.groups.end()) {
      group->rates = rates;
    }
  }
  if (steps.gradient_norms().size() == steps.losses().size()) {
    run.gradient_norms = steps.gradient_norms();
  }
  for (const std::string& line : epochs.lines()) {
    run.epochs.push_back(epoch_of(Json::parse(line)));
  }
  if (result.is_object()) {
    run.status = result.value("status", "");
    run.restored_best = result.value("restored_best", false);
  }
  return run;
}

DataFacts facts_of_data(const Json& config, const DataSource& source, const ModelFile* model, int threads) {
  return data_facts(source, run_config(config).split, standardising_of(config, model), threads);
}

std::optional<JudgedFacts> facts_of_test(const Json& test) {
  const auto classes = test.find("classes");
  if (classes == test.end() || !test.contains("accuracy")) {
    return std::nullopt;
  }
  JudgedFacts judged{.part = test.value("part", ""), .accuracy = number_or_nan(test.at("accuracy"))};
  for (const Json& one : *classes) {
    judged.class_names.push_back(one.value("name", ""));
    judged.recall.push_back(number_or_nan(one.value("recall", Json())));
    judged.support.push_back(one.value("support", std::size_t{0}));
  }
  if (const auto confusion = test.find("confusion"); confusion != test.end()) {
    judged.confusion = confusion->get<std::vector<std::vector<std::size_t>>>();
  }
  return judged;
}

}  // namespace strata
