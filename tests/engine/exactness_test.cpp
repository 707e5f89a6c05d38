// The panels engine against a scalar trainer that follows docs/numerics.md's order of sums: equal bit for bit.

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include "engine/panels/engine.h"
#include "kernels/denormals.h"
#include "kernels/instruction_set.h"
#include "tests/catch.h"
#include "tests/engine/small_problem.h"
#include "tests/oracle/optimizer_oracle.h"
#include "tests/oracle/scalar_trainer.h"

namespace engine_exactness_test {

using namespace strata;
using namespace strata::test;
using kernels::ActivationKind;

namespace {

using Sizes = std::vector<std::size_t>;

constexpr std::size_t kRows = 150;

struct Case {
  ModelSpec model{11, {18, 7}, 5, activation_of(ActivationKind::elu)};
  std::vector<ParameterGroup> groups{group(0, 2, "sgd,lr=0.1")};
  Convention convention = Convention::keras;
  Sizes batches{32, 32, 32};  ///< of each step
  std::vector<int> threads{1, 3};
  std::vector<double> dropout{};
  TrainingLoss loss{};
  std::optional<ClipNorm> clip_norm{};
  float clip_value = std::numeric_limits<float>::infinity();
  bool values = false;  ///< rather than pixels
  Task task{};
  std::size_t target_columns = 0;  ///< 0: labels
  bool targets_are_labels = false;

  SmallProblem problem() const {
    SmallProblem made(kRows, model);
    if (values) {
      made.take_values();
    }
    if (loss.weigh_rows) {
      made.weigh_rows();
    }
    if (target_columns > 0) {
      made.take_targets(target_columns, targets_are_labels);
    } else if (task.objective.kind == ObjectiveKind::binary_cross_entropy) {
      made.labels = random_integers(kRows, 2, 81);
    }
    return made;
  }
  EnginePlan plan(const SmallProblem& problem, int thread_count, bool staged) const {
    EnginePlan made{model, groups, problem.scaler, batches, thread_count, staged, 11, dropout, loss, clip_norm};
    made.task = task;
    return made;
  }
  std::vector<kernels::OptimizerUpdate> updates(std::uint64_t t) const {
    auto all = updates_at(groups, t, convention);
    for (kernels::OptimizerUpdate& update : all) {
      update.gradient_limit = clip_value;
    }
    return all;
  }
};

/// What steps and an evaluation gave, and the weights and the optimizers' state after them.
struct Trace {
  std::vector<double> losses;
  std::vector<double> loss_weights;
  std::vector<double> figures;
  std::vector<float> weights;
  std::vector<std::vector<float>> state;

  void take(const LossSums& sums) {
    losses.push_back(sums.loss);
    loss_weights.push_back(sums.weight);
    figures.push_back(sums.figure);
  }
};

std::vector<std::uint32_t> rows_of_step(const Case& c, std::size_t t) {
  return t <= c.batches.size() ? random_integers(c.batches[t - 1], kRows, 100 + t) : std::vector<std::uint32_t>();
}

Trace scalar_trace(const Case& c, const SmallProblem& problem, const scalar::Order& order = {}) {
  const kernels::DenormalsFlushed flushed;
  scalar::Trainer trainer(problem, c.plan(problem, 1, false), order);
  Trace trace;
  for (std::size_t t = 1; t <= c.batches.size(); ++t) {
    trace.take(trainer.step(rows_of_step(c, t), c.updates(t), t));
  }
  trace.take(trainer.evaluate(random_integers(137, kRows, 1)));
  trace.weights = trainer.weights();
  trace.state = trainer.state();
  return trace;
}

Trace panels_trace(const Case& c, const SmallProblem& problem, int threads, bool staged) {
  const auto engine = make_panels_engine(c.plan(problem, threads, staged));
  engine->import_parameters(problem.initial);
  Trace trace;
  for (std::size_t t = 1; t <= c.batches.size(); ++t) {
    const auto rows = rows_of_step(c, t);
    const auto next_rows = rows_of_step(c, t + 1);
    trace.take(engine->train_step({problem.samples(), rows, next_rows, t}, c.updates(t)));
  }
  trace.take(engine->evaluate(problem.samples(), random_integers(137, kRows, 1)));
  Parameters parameters(c.model.layers());
  engine->export_parameters(parameters);
  trace.weights.assign(parameters.values().begin(), parameters.values().end());
  for (const Parameters& slot : engine->export_state().slots) {
    trace.state.emplace_back(slot.values().begin(), slot.values().end());
  }
  return trace;
}

std::size_t differing_bits(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  std::size_t differing = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    differing += std::bit_cast<std::uint32_t>(a[i]) == std::bit_cast<std::uint32_t>(b[i]) ? 0U : 1U;
  }
  return differing;
}

bool all_finite(const std::vector<float>& values) {
  return std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
}

bool has_fused_multiply_adds() {
  if (kernels::instruction_set_name() != "baseline") {
    return true;
  }
  WARN("no fused multiply-add on this instruction set, so no panels engine");
  return false;
}

void check(const Case& c) {
  const SmallProblem problem = c.problem();
  const Trace expected = scalar_trace(c, problem);
  CHECK(all_finite(expected.weights));
  CHECK(differing_bits(expected.weights, {problem.initial.values().begin(), problem.initial.values().end()}) > 0);
  for (const int threads : c.threads) {
    for (const bool staged : {false, true}) {
      CAPTURE(c.model.inputs, c.model.hidden, c.model.outputs, c.batches, threads, staged);
      const Trace trace = panels_trace(c, problem, threads, staged);
      CHECK(trace.losses == expected.losses);
      CHECK(trace.loss_weights == expected.loss_weights);
      CHECK(trace.figures == expected.figures);
      CHECK(differing_bits(trace.weights, expected.weights) == 0);
      REQUIRE(trace.state.size() == expected.state.size());
      for (std::size_t slot = 0; slot < trace.state.size(); ++slot) {
        CHECK(differing_bits(trace.state[slot], expected.state[slot]) == 0);
      }
    }
  }
}

}  // namespace

TEST_CASE("panels: every activation has the scalar trainer's bits", "[engine]") {
  if (!has_fused_multiply_adds()) {
    return;
  }
  for (const kernels::ActivationEntry& activation : kernels::kActivations) {
    CAPTURE(activation.name);
    Case c;
    c.model.activation = activation_of(activation.kind);
    c.groups = {group(0, 2, "sgd,lr=0.5")};
    c.batches = {65, 64, 32, 7, 64};
    check(c);
  }
}

TEST_CASE("panels: every optimizer has the scalar trainer's bits, in both conventions", "[engine]") {
  if (!has_fused_multiply_adds()) {
    return;
  }
  for (const Convention convention : {Convention::keras, Convention::torch}) {
    for (const std::string& optimizer : optimizer_cases()) {
      const auto spec = parse_optimizer(optimizer, convention, "--group");
      if (base_learning_rate(spec) == 0) {  // nothing would change
        continue;
      }
      CAPTURE(static_cast<int>(convention), optimizer);
      Case c;
      c.convention = convention;
      c.groups = {group(0, 2, optimizer, convention)};
      c.batches = {32, 32, 9, 32, 32, 70};
      c.threads = {1, 2, 3, 4};
      check(c);
    }
  }
}

TEST_CASE("panels: any batch size has the scalar trainer's bits", "[engine]") {
  if (!has_fused_multiply_adds()) {
    return;
  }
  for (const std::size_t size : {1U, 2U, 7U, 63U, 65U, 128U, 130U, 193U, 300U, 449U, 1000U}) {
    Case c;
    c.groups = {group(0, 1, "sgd,lr=0.1,momentum=0.9"), group(2, 2, "adam")};
    c.batches = {size, size / 3 + 1, size};
    check(c);
  }
}

TEST_CASE("panels: networks of any shape have the scalar trainer's bits", "[engine]") {
  if (!has_fused_multiply_adds()) {
    return;
  }
  for (const Sizes& hidden : {Sizes{}, {1}, {1, 1, 1}, {33, 17}, {2, 31, 16, 5}, {48}}) {
    for (const std::size_t inputs : {1U, 17U, 64U}) {
      for (const std::size_t classes : {2U, 16U, 17U, 62U}) {
        Case c;
        c.model = {inputs, hidden, classes, activation_of(ActivationKind::swish)};
        c.groups = {group(0, hidden.size(), "adam,lr=0.01")};
        c.batches = {32, 13, 32};
        check(c);
      }
    }
  }
}

TEST_CASE("panels: frozen groups have the scalar trainer's bits", "[engine]") {
  if (!has_fused_multiply_adds()) {
    return;
  }
  const std::string_view sgd = "sgd,lr=0.1,momentum=0.5";
  for (const auto& groups : {
           std::vector{group(0, 0, "freeze"), group(1, 2, sgd)},
           std::vector{group(0, 0, sgd), group(1, 1, "freeze"), group(2, 2, "adam")},
           std::vector{group(0, 1, "adam"), group(2, 2, "freeze")},
           std::vector{group(0, 1, "freeze"), group(2, 2, sgd)},
       }) {
    Case c;
    c.groups = groups;
    check(c);
  }
}

TEST_CASE("panels: any number of threads has the scalar trainer's bits, layers by columns among them", "[engine]") {
  if (!has_fused_multiply_adds()) {
    return;
  }
  Case c;
  c.model = {250, {267, 261, 19}, 21, activation_of(ActivationKind::elu)};  // the first two are wide enough for columns
  c.groups = {group(0, 1, "sgd,lr=0.05"), group(2, 3, "adam")};
  c.batches = {70, 5, 64, 1, 2, 3};
  c.threads = {1, 2, 3, 4, 7, 8, 16};
  check(c);
}

namespace {

/// Steps of full and partial batches on any number of threads, layers by columns among them.
Case case_with_options(Convention convention) {
  Case c;
  c.model = {70, {267, 261, 19}, 5, activation_of(ActivationKind::elu)};
  c.convention = convention;
  c.groups = {group(0, 1, "sgd,lr=0.05,momentum=0.9", convention), group(2, 3, "adam", convention)};
  c.batches = {70, 5, 64};
  c.threads = {1, 2, 3, 4, 7};
  return c;
}

const std::vector<double> kClassWeights{0.5, 2, 1.25, 1, 0.8};

}  // namespace

TEST_CASE("panels: dropout has the scalar trainer's bits with every activation", "[engine]") {
  if (!has_fused_multiply_adds()) {
    return;
  }
  for (const kernels::ActivationEntry& activation : kernels::kActivations) {
    CAPTURE(activation.name);
    Case c;
    c.model.activation = activation_of(activation.kind);
    c.batches = {65, 64, 7};
    c.dropout = {0.3, 0.5};
    check(c);
  }
  Case c = case_with_options(Convention::keras);
  c.dropout = {0.2, 0, 0.5};
  check(c);
  c.groups = {group(0, 1, "freeze"), group(2, 3, "sgd,lr=0.1")};
  check(c);
}

TEST_CASE("panels: smoothed labels, weighted classes and rows have the scalar trainer's bits", "[engine]") {
  if (!has_fused_multiply_adds()) {
    return;
  }
  for (const Convention convention : {Convention::keras, Convention::torch}) {
    for (const TrainingLoss& loss : {TrainingLoss{convention, 0.1, {}}, TrainingLoss{convention, 0, kClassWeights},
                                     TrainingLoss{convention, 0.1, kClassWeights}}) {
      CAPTURE(static_cast<int>(convention), loss.label_smoothing, loss.class_weights);
      Case c;
      c.convention = convention;
      c.batches = {65, 64, 7};
      c.loss = loss;
      check(c);
    }
  }
  for (const Convention convention : {Convention::keras, Convention::torch}) {
    for (const TrainingLoss& loss :
         {TrainingLoss{convention, 0, {}, true}, TrainingLoss{convention, 0.1, kClassWeights, true}}) {
      Case weighed;
      weighed.convention = convention;
      weighed.batches = {65, 64, 7};
      weighed.threads = {1, 2, 3, 4};
      weighed.loss = loss;
      check(weighed);
    }
  }
  Case c;
  c.model.outputs = 21;  // more than a block holds
  c.loss = {Convention::torch, 0.2, to_double(random_floats(21, 0.5, 2, 1))};
  check(c);
}

TEST_CASE("panels: clipping has the scalar trainer's bits, fused or staged", "[engine]") {
  if (!has_fused_multiply_adds()) {
    return;
  }
  for (const Convention convention : {Convention::keras, Convention::torch}) {
    CAPTURE(static_cast<int>(convention));
    Case by_value = case_with_options(convention);
    by_value.clip_value = 0.003F;
    check(by_value);
    for (const double limit : {0.2, 1e6}) {  // all steps are clipped, or none
      Case by_norm = case_with_options(convention);
      by_norm.clip_norm = ClipNorm{limit, convention};
      check(by_norm);
    }
  }
  Case frozen = case_with_options(Convention::keras);
  frozen.groups = {group(0, 0, "sgd,lr=0.1"), group(1, 1, "freeze"), group(2, 3, "adam")};
  frozen.clip_norm = ClipNorm{0.1, Convention::keras};
  check(frozen);
}

TEST_CASE("panels: values, missing ones among them, have the scalar trainer's bits", "[engine]") {
  if (!has_fused_multiply_adds()) {
    return;
  }
  for (const std::size_t inputs : {1U, 15U, 16U, 17U, 70U}) {
    Case c;
    c.model.inputs = inputs;
    c.values = true;
    c.batches = {65, 64, 7, 64};
    c.threads = {1, 2, 3, 4};
    check(c);
  }
}

TEST_CASE("panels: all of it together has the scalar trainer's bits", "[engine]") {
  if (!has_fused_multiply_adds()) {
    return;
  }
  for (const Convention convention : {Convention::keras, Convention::torch}) {
    Case c = case_with_options(convention);
    c.model.activation = activation_of(ActivationKind::gelu);
    c.dropout = {0.5, 0.25, 0.1};
    c.loss = {convention, 0.1, kClassWeights, true};
    c.clip_norm = ClipNorm{0.2, convention};
    c.clip_value = 0.002F;
    c.values = convention == Convention::torch;
    check(c);
  }
}

TEST_CASE("panels: another order of sums has other bits", "[engine]") {
  if (!has_fused_multiply_adds()) {
    return;
  }
  Case c = case_with_options(Convention::keras);
  c.batches = {300, 300};  // five row blocks
  const SmallProblem problem = c.problem();
  const Trace panels = panels_trace(c, problem, 2, false);
  const auto differing = [&](const scalar::Order& order) {
    return differing_bits(panels.weights, scalar_trace(c, problem, order).weights);
  };
  CHECK(differing({}) == 0);
  CHECK(differing({.row_block = 32}) > 0);
  CHECK(differing({.row_block = 300}) > 0);
  CHECK(differing({.tree = false}) > 0);
  CHECK(differing({.ascending_inputs = false}) > 0);
  CHECK(differing({.ascending_outputs = false}) > 0);
  CHECK(differing({.fused = false}) > 0);
}

namespace {

/// Numbers of that many targets, standardised.
Case case_of_numbers(std::string_view objective, std::size_t targets, std::size_t outputs) {
  Case c = case_with_options(Convention::keras);
  c.model.outputs = outputs;
  c.task.objective = parse_objective(objective, "‹loss›");
  c.target_columns = targets;
  c.task.scaler = {random_floats(targets, 10, 40, 5), random_floats(targets, 20, 50, 6)};
  return c;
}

}  // namespace

TEST_CASE("panels: every objective has the scalar trainer's bits", "[engine]") {
  if (!has_fused_multiply_adds()) {
    return;
  }
  for (const ObjectiveEntry& entry : objective_registry()) {
    CAPTURE(entry.name);
    if (entry.map == OutputMap::identity) {
      for (const std::size_t targets : {1U, 3U, 19U}) {  // more than a block holds
        CAPTURE(targets);
        check(case_of_numbers(entry.name, targets, targets));
      }
    } else if (entry.map == OutputMap::sigmoid) {
      for (const std::size_t labels : {0U, 1U, 5U, 21U}) {
        CAPTURE(labels);
        Case c = case_with_options(Convention::keras);
        c.task.objective.kind = entry.kind;
        c.task.threshold = 0.4;
        c.model.outputs = std::max<std::size_t>(1, labels);
        c.target_columns = labels;
        c.targets_are_labels = true;
        check(c);
      }
    }
  }
  check(case_of_numbers("quantile,q=0.1:0.5:0.9", 1, 3));
  check(case_of_numbers("huber,delta=0.3", 2, 2));
  Case raw = case_of_numbers("mse", 2, 2);
  raw.task.scaler = {};
  raw.groups = {group(0, 3, "adam")};
  check(raw);
}

TEST_CASE("panels: objectives have the scalar trainer's bits at any batch size", "[engine]") {
  if (!has_fused_multiply_adds()) {
    return;
  }
  for (const std::string_view objective : {"mse", "huber", "quantile,q=0.2:0.8", "binary_cross_entropy"}) {
    for (const std::size_t size : {1U, 2U, 15U, 17U, 64U, 65U, 130U, 193U}) {
      CAPTURE(objective, size);
      Case c;
      c.task.objective = parse_objective(objective, "‹loss›");
      c.targets_are_labels = objective == "binary_cross_entropy";
      c.target_columns = objective.starts_with("quantile") ? 1 : 2;
      c.model.outputs = 2;
      if (!c.targets_are_labels) {
        c.task.scaler = {random_floats(c.target_columns, 10, 40, 5), random_floats(c.target_columns, 20, 50, 6)};
      }
      c.batches = {size, size / 3 + 1, size};
      check(c);
    }
  }
}

TEST_CASE("panels: objectives' smoothed and weighed rows have the scalar trainer's bits", "[engine]") {
  if (!has_fused_multiply_adds()) {
    return;
  }
  for (const Convention convention : {Convention::keras, Convention::torch}) {
    for (const std::string_view objective : {"mse", "mae", "huber", "quantile"}) {
      CAPTURE(static_cast<int>(convention), objective);
      Case c = case_of_numbers(objective, 2, 2);
      c.loss = {convention, 0, {}, true};
      check(c);
    }
    for (const TrainingLoss& loss : {TrainingLoss{convention, 0.2, {}}, TrainingLoss{convention, 0, {0.5, 3}},
                                     TrainingLoss{convention, 0.1, {0.5, 3}, true}}) {
      CAPTURE(static_cast<int>(convention), loss.label_smoothing, loss.class_weights);
      Case c = case_with_options(convention);
      c.task.objective.kind = ObjectiveKind::binary_cross_entropy;
      c.model.outputs = 1;
      c.loss = loss;
      check(c);
    }
  }
}

}  // namespace engine_exactness_test
