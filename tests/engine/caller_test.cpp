// What an engine leaves of the thread that calls it, and what runs beside each other share.
#include <cfenv>
#include <limits>
#include <thread>

#include "engine/engine.h"
#include "engine/panels/team.h"
#include "kernels/denormals.h"
#include "tests/catch.h"
#include "tests/engine/small_problem.h"

namespace engine_caller_test {

using namespace strata;
using namespace strata::test;

namespace {

/// Whether this thread reads and writes denormal numbers as they are.
bool keeps_denormals() {
  volatile float smallest = std::numeric_limits<float>::min();
  volatile float half = smallest / 2;
  return half != 0.0F && half * 2 == smallest;
}

const ModelSpec kModel{11, {18, 7}, 5, activation_of(kernels::ActivationKind::elu)};

EnginePlan plan_of(const SmallProblem& problem, int threads) {
  return {kModel, {group(0, 2, "sgd,lr=0.01")}, problem.scaler, {32}, threads};
}

std::vector<EngineKind> engines_here() {
  return kernels::instruction_set_name() == "baseline" ? std::vector{EngineKind::onednn}
                                                       : std::vector{EngineKind::onednn, EngineKind::panels};
}

}  // namespace

TEST_CASE("a thread that calls an engine has its floating-point mode back", "[engine]") {
  const SmallProblem problem(64, kModel);
  REQUIRE(keeps_denormals());
  for (const EngineKind kind : engines_here()) {
    for (const int threads : {1, 2}) {
      const auto engine = make_engine(kind, plan_of(problem, threads));
      CHECK(keeps_denormals());
      engine->import_parameters(problem.initial);
      const auto rows = random_integers(32, 64, 1);
      engine->train_step({problem.samples(), rows, {}, 1},
                         updates_at({group(0, 2, "sgd,lr=0.01")}, 1, Convention::keras));
      CHECK(keeps_denormals());
      engine->evaluate(problem.samples(), rows);
      CHECK(keeps_denormals());
      std::vector<float> probabilities(32 * 5);
      engine->predict(problem.samples(), rows, MatrixView<float>(probabilities.data(), 32, 5));
      CHECK(keeps_denormals());
      engine->first_non_finite_layer(problem.samples(), rows);
      CHECK(keeps_denormals());
    }
  }
}

TEST_CASE("a thread that flushes denormals by itself goes on doing so", "[engine]") {
  std::thread([] {
    kernels::flush_denormals();
    Team(2).run([](int) {});
    CHECK_FALSE(keeps_denormals());
  }).join();
  CHECK(keeps_denormals());
}

TEST_CASE("teams of several instruction sets run beside each other", "[engine]") {
  const std::size_t newest = kernels::target_index();
  Team limited(2, kernels::InstructionSet::baseline);
  Team free(2);
  std::vector<std::size_t> of_limited(2);
  std::vector<std::size_t> of_free(2);
  limited.run([&](int thread) { of_limited[static_cast<std::size_t>(thread)] = kernels::target_index(); });
  free.run([&](int thread) { of_free[static_cast<std::size_t>(thread)] = kernels::target_index(); });
  CHECK(of_limited[0] == of_limited[1]);
  CHECK(of_free == std::vector{newest, newest});
  CHECK(kernels::target_index() == newest);
  if (kernels::instruction_set_name() != kernels::instruction_set_name(kernels::InstructionSet::baseline)) {
    CHECK(of_limited[0] < newest);
  }
}

TEST_CASE("an engine that nobody has registered is asked for by name", "[engine]") {
  const EngineEntry* const panels = find_engine(EngineKind::panels);
  REQUIRE(panels != nullptr);
  CHECK(panels->name == "panels");
  CHECK(panels->require_bf16 == nullptr);
  CHECK(find_engine(EngineKind::onednn)->name == "onednn");
  CHECK(find_engine(EngineKind::automatic) == nullptr);
}

}  // namespace engine_caller_test
