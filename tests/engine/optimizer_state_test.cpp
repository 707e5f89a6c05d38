// Every optimizer in both engines: its state leaves and enters, and a run goes on from it as if it had never stopped.

#include <algorithm>
#include <cmath>

#include "engine/engine.h"
#include "kernels/instruction_set.h"
#include "optim/parameter_group.h"
#include "tests/catch.h"
#include "tests/engine/small_problem.h"
#include "tests/oracle/optimizer_oracle.h"

namespace engine_optimizer_state_test {

using namespace strata;
using namespace strata::test;

namespace {

constexpr std::size_t kRows = 90;
constexpr std::uint64_t kSteps = 6;
constexpr std::uint64_t kStop = 3;  ///< after which step a run is interrupted

const ModelSpec kModel{21, {18, 7}, 5, activation_of(kernels::ActivationKind::sigmoid)};

std::vector<EngineKind> engines() {
  if (kernels::instruction_set_name() == "baseline") {
    return {EngineKind::onednn};
  }
  return {EngineKind::onednn, EngineKind::panels};
}

/// A run's engine with all that a step needs.
struct Run {
  Run(EngineKind kind, const std::string& optimizer, Convention run_convention, int threads = 1)
      : convention(run_convention),
        groups{group(0, 1, optimizer, convention), group(2, 2, "sgd,lr=0.1,momentum=0.5", convention)},
        problem(kRows, kModel),
        engine(make_engine(kind, {kModel, groups, problem.scaler, {32}, threads})) {
    engine->import_parameters(problem.initial);
  }

  /// Steps first … last.
  void train(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t t = first; t <= last; ++t) {
      const auto rows = random_integers(32, kRows, 100 + t);
      engine->train_step({problem.samples(), rows, {}}, updates_at(groups, t, convention));
    }
  }

  Parameters parameters() const {
    Parameters exported(kModel.layers());
    engine->export_parameters(exported);
    return exported;
  }

  Convention convention;
  std::vector<ParameterGroup> groups;
  SmallProblem problem;
  std::unique_ptr<Engine> engine;
};

bool same_bits(const Parameters& a, const Parameters& b) { return std::ranges::equal(a.values(), b.values()); }

bool same_bits(const OptimizerState& a, const OptimizerState& b) {
  return std::ranges::equal(a.slots, b.slots, [](const auto& x, const auto& y) { return same_bits(x, y); });
}

}  // namespace

TEST_CASE("a run goes on from exported parameters and state with the same bits, for every optimizer", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  for (const Convention convention : {Convention::keras, Convention::torch}) {
    for (const std::string& text : optimizer_cases()) {
      CAPTURE(text, static_cast<int>(convention), static_cast<int>(kind));
      Run whole(kind, text, convention);
      whole.train(1, kStop);
      const Parameters parameters = whole.parameters();
      const OptimizerState state = whole.engine->export_state();
      whole.train(kStop + 1, kSteps);

      Run resumed(kind, text, convention, kind == EngineKind::panels ? 3 : 1);
      resumed.train(1, 1);  // what it did before must not matter
      resumed.engine->import_parameters(parameters);
      resumed.engine->import_state(state);
      resumed.train(kStop + 1, kSteps);
      CHECK(same_bits(resumed.parameters(), whole.parameters()));
      CHECK(same_bits(resumed.engine->export_state(), whole.engine->export_state()));
    }
  }
}

TEST_CASE("state is the same in every engine's and number of threads' layout", "[engine]") {
  for (const std::string_view text : {"adam,amsgrad=true", "rmsprop,centered=true,momentum=0.9", "adagrad", "lion"}) {
    CAPTURE(text);
    Run from(engines().back(), std::string(text), Convention::keras);
    from.train(1, kStop);
    const OptimizerState state = from.engine->export_state();
    for (const EngineKind kind : engines()) {
      for (const int threads : {1, 2, 4}) {
        Run to(kind, std::string(text), Convention::keras, threads);
        CHECK_FALSE(same_bits(to.engine->export_state(), state));
        to.engine->import_state(state);
        CHECK(same_bits(to.engine->export_state(), state));
      }
    }
  }
}

TEST_CASE("importing parameters starts the optimizers anew", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  for (const std::string_view text : {"adagrad", "adam", "sgd,momentum=0.9"}) {
    CAPTURE(text);
    Run run(kind, std::string(text), Convention::keras);
    const OptimizerState initial = initial_state(kModel.layers(), run.groups);
    CHECK(same_bits(run.engine->export_state(), initial));
    run.train(1, 2);
    CHECK_FALSE(same_bits(run.engine->export_state(), initial));
    run.engine->import_parameters(run.problem.initial);
    CHECK(same_bits(run.engine->export_state(), initial));
  }
}

TEST_CASE("both engines train alike with every optimizer", "[engine]") {
  if (engines().size() < 2) {
    return;
  }
  for (const Convention convention : {Convention::keras, Convention::torch}) {
    for (const std::string& text : optimizer_cases()) {
      CAPTURE(text, static_cast<int>(convention));
      Run onednn(EngineKind::onednn, text, convention, 2);
      Run panels(EngineKind::panels, text, convention, 2);
      onednn.train(1, kSteps);
      panels.train(1, kSteps);
      const Parameters a = onednn.parameters();
      const Parameters b = panels.parameters();
      // Where a gradient is rounding noise, steps of its sign are too.
      std::size_t apart = 0;
      for (std::size_t i = 0; i < a.values().size(); ++i) {
        apart += std::fabs(a.values()[i] - b.values()[i]) < 2e-5F ? 0U : 1U;
      }
      CHECK(apart <= a.values().size() / 50);
    }
  }
}

}  // namespace engine_optimizer_state_test
