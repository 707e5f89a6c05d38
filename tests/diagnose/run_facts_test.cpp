#include "diagnose/run_facts.h"

#include <algorithm>
#include <array>
#include <string>

#include "diagnose/diagnose.h"
#include "tests/catch.h"
#include "tests/train/recorder.h"
#include "tests/train/small_source.h"

namespace diagnose_run_facts_test {

using namespace strata;
using namespace strata::test;

namespace {

/// A small run of 12 epochs of 10 steps, as diagnoses see it.
template <class Change>
RunFacts facts_of(Change change) {
  TrainConfig config = small_config();
  config.epochs = 12;
  change(config);
  ObservedFacts observed({{"hidden", config.hidden},
                          {"upper_layers", config.groups.back().last - config.groups.back().first + 1},
                          {"lower", to_string(config.groups.front().optimizer)},
                          {"upper", to_string(config.groups.back().optimizer)},
                          {"clip_norm", config.clip_norm.value_or(0)}});
  const DataSource source = small_source();
  const std::array<Observer*, 1> observers{&observed};
  Trainer(config, source).run(observers, never);
  return observed.facts();
}

bool finds(const RunFacts& run, std::string_view code, std::string_view group) {
  const Diagnosis diagnosis = diagnose(run);
  return std::ranges::any_of(diagnosis.findings,
                             [&](const Finding& finding) { return finding.code == code && finding.group == group; });
}

OptimizerSpec spec(std::string_view text) { return parse_optimizer(text, Convention::keras, "lower"); }

}  // namespace

TEST_CASE("what is observed of a run is what it tells", "[diagnose]") {
  const RunFacts run = facts_of([](TrainConfig& config) { config.clip_norm = 1; });
  CHECK(run.status == "completed");
  CHECK(run.train_rows == 162);
  CHECK(run.steps_per_epoch == 10);
  CHECK(run.losses.size() == 120);
  CHECK(run.gradient_norms.size() == 120);
  CHECK(std::ranges::all_of(run.gradient_norms, [](double norm) { return norm > 0; }));
  REQUIRE(run.groups.size() == 2);
  CHECK(run.groups[0].rates == std::vector<double>(120, run.groups[0].lr));
  REQUIRE(run.epochs.size() == 12);
  CHECK(run.epochs[11].global_step == 120);
  CHECK(run.epochs[11].update_ratios.size() == 3);
  CHECK(run.epochs[11].val_loss.has_value());
  CHECK(run.epochs[11].val_accuracy.has_value());
  CHECK(diagnose(run).findings.empty());
}

TEST_CASE("rates that are too high or too low in real runs are found in their group", "[diagnose]") {
  CHECK(
      finds(facts_of([](TrainConfig& config) { config.groups[0].optimizer = spec("sgd,lr=1e12"); }), "S101", "lower"));
  CHECK(
      finds(facts_of([](TrainConfig& config) { config.groups[1].optimizer = spec("adam,lr=100"); }), "S101", "upper"));
  CHECK(
      finds(facts_of([](TrainConfig& config) { config.groups[0].optimizer = spec("sgd,lr=1e-4"); }), "S102", "lower"));
  CHECK(
      finds(facts_of([](TrainConfig& config) { config.groups[1].optimizer = spec("adam,lr=1e-9"); }), "S103", "upper"));
}

TEST_CASE("clipping and schedules of real runs", "[diagnose]") {
  CHECK(finds(facts_of([](TrainConfig& config) { config.clip_norm = 1e-3; }), "S104", ""));
  CHECK(finds(
      facts_of([](TrainConfig& config) { config.groups[1].optimizer = spec("adam,schedule=cosine,decay_steps=30"); }),
      "S105", "upper"));
}

}  // namespace diagnose_run_facts_test
