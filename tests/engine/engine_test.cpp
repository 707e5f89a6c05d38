// Both engines against the oracle's network, over whole training steps.

#include "engine/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>

#include "kernels/instruction_set.h"
#include "kernels/sums.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"
#include "tests/engine/small_problem.h"
#include "tests/oracle/dropout_factors.h"
#include "tests/oracle/optimizer_oracle.h"

namespace engine_engine_test {

using namespace strata;
using namespace strata::test;
using kernels::ActivationKind;

namespace {

constexpr std::size_t kRows = 40;
constexpr std::uint64_t kSteps = 4;

/// How far fp32 may drift from the oracle: gradients of these networks are sums of up to some hundred terms near 1,
/// wrong by some 1e-5 at most; rates and Adam's epsilon are such that four updates do not amplify that.
constexpr double kTolerance = 2e-5;

/// Those that this CPU allows.
std::vector<EngineKind> engines() {
  if (kernels::instruction_set_name() == "baseline") {
    return {EngineKind::onednn};
  }
  return {EngineKind::onednn, EngineKind::panels};
}

struct Setup {
  explicit Setup(EngineKind kind) : engine(kind) {}

  EngineKind engine;
  ModelSpec model{7, {6, 5}, 3, activation_of(ActivationKind::elu)};
  std::vector<ParameterGroup> groups{group(0, 2, "sgd,lr=0.1")};
  std::vector<std::size_t> batch_sizes{32};
  int threads = 1;
  std::vector<double> dropout{};
  TrainingLoss loss{};
  std::optional<ClipNorm> clip_norm{};
  float clip_value = std::numeric_limits<float>::infinity();
  bool values = false;  ///< rather than pixels
  Task task{};
  std::size_t target_columns = 0;  ///< 0: labels

  SmallProblem problem() const {
    SmallProblem made(kRows, model);
    if (values) {
      made.take_values();
    }
    if (loss.weigh_rows) {
      made.weigh_rows();
    }
    if (target_columns > 0) {
      made.take_targets(target_columns, entry_of(task.objective.kind).map == OutputMap::sigmoid);
    }
    return made;
  }
  EnginePlan plan(const SmallProblem& problem) const {
    EnginePlan made{model, groups, problem.scaler, batch_sizes, threads, false, 5, dropout, loss, clip_norm};
    made.task = task;
    return made;
  }
  std::vector<bool> trained_layers() const {
    EnginePlan groups_alone;
    groups_alone.model = model;
    groups_alone.groups = groups;
    return groups_alone.trained_layers();
  }
  std::vector<kernels::OptimizerUpdate> updates(std::uint64_t t) const {
    auto all = updates_at(groups, t);
    for (kernels::OptimizerUpdate& update : all) {
      update.gradient_limit = clip_value;
    }
    return all;
  }
};

/// The network in double with each parameter's optimizer state.
class ReferenceTrainer {
 public:
  explicit ReferenceTrainer(const SmallProblem& problem) : problem_(problem), network_(to_reference(problem.initial)) {
    for (const auto& layer : network_) {
      weights_.emplace_back(layer.weights.size());
      bias_.emplace_back(layer.bias.size());
    }
  }

  /// The sums before the update, which is number t.
  kernels::reference::NetworkPass step(std::span<const std::uint32_t> rows, const Setup& setup, std::uint64_t t) {
    const auto factors = dropout_factors(setup.model, setup.dropout, 5, rows.size(), t);
    auto pass = setup.target_columns > 0
                    ? forward_backward_of(network_, problem_.standardised(rows), loss_of(setup, rows), factors)
                    : forward_backward(network_, problem_.standardised(rows), problem_.labels_of(rows),
                                       problem_.loss_options(setup.loss, rows), factors);
    clip(setup, pass.gradients);
    for (const ParameterGroup& g : setup.groups) {
      for (std::size_t l = g.first; l <= g.last; ++l) {
        update(g.optimizer, network_[l].weights, pass.gradients[l].weights, weights_[l], t);
        update(of_biases(g.optimizer), network_[l].bias, pass.gradients[l].bias, bias_[l], t);
      }
    }
    return pass;
  }

  const kernels::reference::Network& network() const { return network_; }

 private:
  /// What adds up over outputs, of these rows.
  std::function<kernels::reference::OutputGradient(std::span<const double>)> loss_of(
      const Setup& setup, std::span<const std::uint32_t> rows) const {
    const Objective& objective = setup.task.objective;
    kernels::reference::OutputLossOptions options{.kind = objective.kind};
    options.label_smoothing = setup.loss.label_smoothing;
    options.row_weights = problem_.row_weights_of(rows, setup.loss);
    if (setup.loss.convention == Convention::torch && entry_of(objective.kind).torch_divides_by_weights) {
      options.divisor = std::accumulate(options.row_weights.begin(), options.row_weights.end(), 0.0);
    }
    std::vector<double> targets;
    for (const std::uint32_t row : rows) {
      for (std::size_t o = 0; o < setup.model.outputs; ++o) {
        const std::size_t t = setup.target_columns == 1 ? 0 : o;
        const double y = problem_.targets[row * setup.target_columns + t];
        const TargetScaler& scaler = setup.task.scaler;
        targets.push_back(scaler.empty() ? y : (y - double{scaler.mean[t]}) / double{scaler.scale[t]});
      }
    }
    for (std::size_t o = 0; o < setup.model.outputs; ++o) {
      const std::size_t q = objective.quantiles.size() == 1 ? 0 : o;
      options.constants.push_back(objective.kind == ObjectiveKind::huber ? objective.delta : objective.quantiles[q]);
    }
    return [options, targets](std::span<const double> outputs) {
      return kernels::reference::output_loss(outputs, targets, options);
    };
  }

  static OptimizerSpec of_biases(OptimizerSpec optimizer) {
    if (!is_frozen(optimizer) && optimizer.value("decay_bias") == 0) {
      optimizer.values["weight_decay"] = 0;
    }
    return optimizer;
  }

  static void clip(const Setup& setup, std::vector<kernels::reference::DenseGradient>& gradients) {
    const double factor = setup.clip_norm ? kernels::reference::clip_by_norm_factor(
                                                gradients, setup.trained_layers(), setup.clip_norm->limit,
                                                setup.clip_norm->convention == Convention::torch)
                                          : 1;
    for (auto& gradient : gradients) {
      for (std::vector<double>* values : {&gradient.weights, &gradient.bias}) {
        for (double& g : *values) {
          g = kernels::reference::clip_by_value(factor * g, double{setup.clip_value});
        }
      }
    }
  }

  static void update(const OptimizerSpec& optimizer, std::vector<double>& values, const std::vector<double>& gradient,
                     std::vector<OptimizedElement>& state, std::uint64_t t) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      OptimizedElement& x = state[i];
      x.w = values[i];
      apply_oracle(optimizer, Convention::keras, x, gradient[i], base_learning_rate(optimizer), t);
      values[i] = x.w;
    }
  }

  const SmallProblem& problem_;
  kernels::reference::Network network_;
  std::vector<std::vector<OptimizedElement>> weights_;
  std::vector<std::vector<OptimizedElement>> bias_;
};

std::unique_ptr<Engine> make_engine(const Setup& setup, const SmallProblem& problem) {
  auto engine = make_engine(setup.engine, setup.plan(problem));
  engine->import_parameters(problem.initial);
  return engine;
}

double largest_difference(const Parameters& parameters, const kernels::reference::Network& network) {
  double largest = 0;
  const auto visit = [&](std::span<const float> values, const std::vector<double>& exact) {
    for (std::size_t i = 0; i < exact.size(); ++i) {
      const double error = std::fabs(values[i] - exact[i]) / std::max(1.0, std::fabs(exact[i]));
      largest = std::isnan(error) ? INFINITY : std::max(largest, error);
    }
  };
  for (std::size_t l = 0; l < network.size(); ++l) {
    const auto weight = parameters.weight(l);
    visit({weight.data(), weight.rows() * weight.columns()}, network[l].weights);
    visit(parameters.bias(l), network[l].bias);
  }
  return largest;
}

Parameters exported(const Engine& engine, const ModelSpec& model) {
  Parameters parameters(model.layers());
  engine.export_parameters(parameters);
  return parameters;
}

/// Some steps of both, batch sizes in turn, rows drawn with repeats.
void check_steps(const Setup& setup) {
  CAPTURE(setup.model.inputs, setup.model.hidden, setup.model.outputs, setup.batch_sizes, setup.threads);
  CAPTURE(static_cast<int>(setup.engine), static_cast<int>(setup.model.activation.kind));
  const SmallProblem problem = setup.problem();
  const auto engine = make_engine(setup, problem);
  ReferenceTrainer exact(problem);
  for (std::uint64_t t = 1; t <= kSteps; ++t) {
    const std::size_t size = setup.batch_sizes[t % setup.batch_sizes.size()];
    const auto rows = random_integers(size, kRows, 100 + t);
    const LossSums sums = engine->train_step({problem.samples(), rows, {}, t}, setup.updates(t));
    const auto expected = exact.step(rows, setup, t);
    CHECK(sums.mean_loss() == Approx(expected.loss).epsilon(kTolerance));
    if (setup.target_columns == 0) {
      CHECK(sums.figure == static_cast<double>(expected.correct));
    }
  }
  CHECK(largest_difference(exported(*engine, setup.model), exact.network()) < kTolerance);
}

/// The layer's weights and biases after some steps are bit for bit what they were.
bool unchanged(const Setup& setup, std::size_t layer) {
  const SmallProblem problem(kRows, setup.model);
  const auto engine = make_engine(setup, problem);
  for (std::uint64_t t = 1; t <= kSteps; ++t) {
    const auto rows = random_integers(setup.batch_sizes[0], kRows, 100 + t);
    engine->train_step({problem.samples(), rows, {}}, updates_at(setup.groups, t));
  }
  const Parameters after = exported(*engine, setup.model);
  const auto before = problem.initial.weight(layer);
  return std::equal(before.data(), before.data() + before.rows() * before.columns(), after.weight(layer).data()) &&
         std::ranges::equal(problem.initial.bias(layer), after.bias(layer));
}

std::vector<std::uint32_t> first_rows(std::size_t count) {
  std::vector<std::uint32_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

}  // namespace

TEST_CASE("steps follow the oracle with every activation", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  for (const kernels::ActivationEntry& activation : kernels::kActivations) {
    Setup setup(kind);
    setup.model.activation = activation_of(activation.kind);
    check_steps(setup);
  }
}

TEST_CASE("steps follow the oracle with every optimizer", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  // Adam with an epsilon that keeps m/(sqrt(v) + epsilon) from amplifying the rounding of gradients near 0.
  for (const std::string_view optimizer :
       {"sgd,lr=0.1,momentum=0.9", "sgd,lr=0.1,momentum=0.9,nesterov=true,weight_decay=0.1",
        "rmsprop,lr=0.01,epsilon=0.001", "rmsprop,lr=0.01,epsilon=0.001,centered=true,momentum=0.9", "adagrad,lr=0.1",
        "adadelta,epsilon=0.001,weight_decay=0.1", "adam,lr=0.01,epsilon=0.001",
        "adam,lr=0.01,epsilon=0.001,amsgrad=true", "adamw,lr=0.01,epsilon=0.001,weight_decay=1",
        "adamax,lr=0.01,epsilon=0.01", "nadam,lr=0.01,epsilon=0.01", "freeze"}) {
    CAPTURE(optimizer);
    Setup setup(kind);
    setup.groups = {group(0, 1, optimizer), group(2, 2, "sgd,lr=0.1")};
    check_steps(setup);
  }
}

TEST_CASE("steps follow the oracle for networks of any shape", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  using Sizes = std::vector<std::size_t>;
  for (const Sizes& hidden : {Sizes{}, {1}, {1, 1, 1}, {33, 17}, {2, 31, 16, 5}}) {
    for (const std::size_t inputs : {1U, 9U, 64U}) {
      for (const std::size_t classes : {2U, 13U, 17U, 62U}) {
        Setup setup(kind);
        setup.model = {inputs, hidden, classes, activation_of(ActivationKind::elu)};
        setup.groups = {group(0, hidden.size(), "sgd,lr=0.05")};
        check_steps(setup);
      }
    }
  }
}

TEST_CASE("steps follow the oracle at any batch size, partial ones among them", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  using Sizes = std::vector<std::size_t>;
  for (const Sizes& sizes : {Sizes{1}, {2}, {63}, {64}, {65}, {200}, {32, 7}, {5, 1}}) {
    Setup setup(kind);
    setup.batch_sizes = sizes;
    check_steps(setup);
  }
}

TEST_CASE("steps follow the oracle with frozen groups and several optimizers", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  const std::string_view sgd = "sgd,lr=0.1,momentum=0.5";
  const std::string_view adam = "adam,lr=0.01,epsilon=0.001";
  for (const auto& groups : {
           std::vector{group(0, 0, "freeze"), group(1, 2, sgd)},
           std::vector{group(0, 0, sgd), group(1, 1, "freeze"), group(2, 2, adam)},
           std::vector{group(0, 1, adam), group(2, 2, "freeze")},
           std::vector{group(0, 1, "freeze"), group(2, 2, adam)},
           std::vector{group(0, 2, "freeze")},
           std::vector{group(0, 0, adam), group(1, 1, sgd), group(2, 2, "sgd,lr=0.1")},
       }) {
    Setup setup(kind);
    setup.groups = groups;
    check_steps(setup);
    for (const ParameterGroup& g : groups) {
      for (std::size_t layer = g.first; layer <= g.last; ++layer) {
        CAPTURE(layer, g.optimizer.name());
        CHECK(unchanged(setup, layer) == is_frozen(g.optimizer));
      }
    }
  }
}

TEST_CASE("steps follow the oracle with any number of threads", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  for (int threads = 2; threads <= 4; ++threads) {
    Setup setup(kind);
    setup.threads = threads;
    setup.batch_sizes = {130, 3};
    setup.model.hidden = {37, 5};
    setup.groups = {group(0, 1, "sgd,lr=0.1,momentum=0.5"), group(2, 2, "adam,lr=0.01,epsilon=0.001")};
    check_steps(setup);
  }
}

TEST_CASE("steps follow the oracle on values, missing ones among them", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  for (const std::size_t inputs : {1U, 7U, 16U, 35U}) {
    Setup setup(kind);
    setup.values = true;
    setup.model.inputs = inputs;
    setup.batch_sizes = {130, 3};
    setup.threads = static_cast<int>(1 + inputs % 4);
    check_steps(setup);
  }
}

TEST_CASE("steps follow the oracle with dropout, at any rates and with every activation", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  for (const kernels::ActivationEntry& activation : kernels::kActivations) {
    Setup setup(kind);
    setup.model.activation = activation_of(activation.kind);
    setup.dropout = {0.25, 0.5};
    check_steps(setup);
  }
  for (const auto& rates : {std::vector{0.0, 0.9}, {0.5, 0.0}, {0.0, 0.0}, {0.1, 0.1}}) {
    Setup setup(kind);
    setup.dropout = rates;
    setup.model.hidden = {37, 20};
    setup.batch_sizes = {130, 3};
    setup.threads = 3;
    check_steps(setup);
    setup.groups = {group(0, 1, "freeze"), group(2, 2, "sgd,lr=0.1")};
    check_steps(setup);
  }
}

TEST_CASE("steps follow the oracle with smoothed labels, weighted classes and rows, in both conventions", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  for (const Convention convention : {Convention::keras, Convention::torch}) {
    for (const TrainingLoss& loss :
         {TrainingLoss{convention, 0.1, {}}, TrainingLoss{convention, 0, {0.5, 2, 1.25}},
          TrainingLoss{convention, 0.3, {0.5, 2, 1.25}}, TrainingLoss{convention, 0, {1, 1, 1}},
          TrainingLoss{convention, 0, {}, true}, TrainingLoss{convention, 0.3, {0.5, 2, 1.25}, true}}) {
      CAPTURE(static_cast<int>(convention), loss.label_smoothing, loss.class_weights);
      Setup setup(kind);
      setup.loss = loss;
      setup.batch_sizes = {32, 7};
      check_steps(setup);
    }
  }
  Setup wide(kind);
  wide.model.outputs = 40;
  wide.threads = 2;
  wide.loss = {Convention::torch, 0.2, to_double(random_floats(40, 0.5, 2, 1))};
  check_steps(wide);
}

TEST_CASE("steps follow the oracle with gradients clipped by norm or by value", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  for (const auto& groups :
       {std::vector{group(0, 2, "sgd,lr=0.1")},
        std::vector{group(0, 0, "sgd,lr=0.1"), group(1, 1, "freeze"), group(2, 2, "adam,lr=0.01,epsilon=0.001")}}) {
    for (const int threads : {1, 3}) {
      Setup setup(kind);
      setup.groups = groups;
      setup.threads = threads;
      setup.batch_sizes = {32, 7};
      setup.model.hidden = {37, 20};
      for (const Convention convention : {Convention::keras, Convention::torch}) {
        for (const double limit : {0.05, 1e3}) {
          CAPTURE(limit);
          setup.clip_norm = ClipNorm{limit, convention};
          check_steps(setup);
        }
      }
      setup.clip_norm.reset();
      setup.clip_value = 0.01F;
      check_steps(setup);
    }
  }
}

TEST_CASE("evaluation knows no dropout, weights or smoothing", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  const Setup plain(kind);
  Setup setup(kind);
  setup.dropout = {0.5, 0.5};
  setup.loss = {Convention::torch, 0.2, {0.5, 2, 1.25}, true};
  const SmallProblem problem = setup.problem();
  const auto rows = first_rows(kRows);
  const LossSums sums = make_engine(setup, problem)->evaluate(problem.samples(), rows);
  const LossSums expected = make_engine(plain, problem)->evaluate(problem.samples(), rows);
  CHECK(sums.loss == expected.loss);
  CHECK(sums.figure == expected.figure);
  CHECK(sums.weight == kRows);
}

TEST_CASE("another step or seed drops other units, the same ones the same", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  Setup setup(kind);
  setup.dropout = {0.5, 0.5};
  const SmallProblem problem(kRows, setup.model);
  const auto loss = [&](std::uint64_t step, std::uint64_t seed) {
    EnginePlan plan = setup.plan(problem);
    plan.seed = seed;
    const auto engine = make_engine(kind, std::move(plan));
    engine->import_parameters(problem.initial);
    return engine->train_step({problem.samples(), first_rows(32), {}, step}, setup.updates(1)).loss;
  };
  CHECK(loss(1, 5) == loss(1, 5));
  CHECK(loss(1, 5) != loss(2, 5));
  CHECK(loss(1, 5) != loss(1, 6));
}

TEST_CASE("two engines of one plan compute the same bits", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  for (const int threads : {1, 2}) {
    Setup setup(kind);
    setup.threads = threads;
    setup.groups = {group(0, 2, "adam")};
    const SmallProblem problem(kRows, setup.model);
    const auto one = make_engine(setup, problem);
    const auto other = make_engine(setup, problem);
    for (std::uint64_t t = 1; t <= kSteps; ++t) {
      const auto rows = random_integers(32, kRows, t);
      const LossSums sums = one->train_step({problem.samples(), rows, {}}, updates_at(setup.groups, t));
      CHECK(other->train_step({problem.samples(), rows, {}}, updates_at(setup.groups, t)).loss == sums.loss);
    }
    CHECK(weights_hash(exported(*one, setup.model)) == weights_hash(exported(*other, setup.model)));
  }
}

TEST_CASE("parameters come out as they went in, and importing resets the optimizers", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  Setup setup(kind);
  setup.groups = {group(0, 0, "adam"), group(1, 2, "sgd,lr=0.1,momentum=0.9")};
  const SmallProblem problem(kRows, setup.model);
  const auto engine = make_engine(setup, problem);
  const std::string initial_hash = weights_hash(problem.initial);
  CHECK(weights_hash(exported(*engine, setup.model)) == initial_hash);

  const auto rows = random_integers(32, kRows, 1);
  const auto train_twice = [&] {
    for (std::uint64_t t = 1; t <= 2; ++t) {
      engine->train_step({problem.samples(), rows, {}}, updates_at(setup.groups, t));
    }
    return weights_hash(exported(*engine, setup.model));
  };
  const std::string trained = train_twice();
  CHECK(trained != initial_hash);
  engine->import_parameters(problem.initial);
  CHECK(weights_hash(exported(*engine, setup.model)) == initial_hash);
  CHECK(train_twice() == trained);
}

TEST_CASE("evaluation of any number of rows agrees with the oracle and leaves the weights alone", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  const Setup setup(kind);
  const SmallProblem problem(1100, setup.model);
  const auto engine = make_engine(setup, problem);
  const auto network = to_reference(problem.initial);
  for (const std::size_t count : {0U, 1U, 511U, 512U, 513U, 1025U}) {
    CAPTURE(count);
    const auto rows = first_rows(count);
    const LossSums sums = engine->evaluate(problem.samples(), rows);
    if (count == 0) {
      CHECK(sums.loss == 0);
      CHECK(sums.figure == 0);
      continue;
    }
    const auto expected = forward_backward(network, problem.standardised(rows), problem.labels_of(rows));
    CHECK(sums.loss / static_cast<double>(count) == Approx(expected.loss).epsilon(1e-6));
    CHECK(sums.figure == static_cast<double>(expected.correct));
  }
  CHECK(weights_hash(exported(*engine, setup.model)) == weights_hash(problem.initial));
}

TEST_CASE("evaluation does not depend on what was evaluated before, or where a row stands", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  const Setup setup(kind);
  const SmallProblem problem(600, setup.model);
  const auto engine = make_engine(setup, problem);
  const auto all = first_rows(600);
  const double together = engine->evaluate(problem.samples(), all).loss;
  std::vector<float> row_losses;
  for (const std::uint32_t row : all) {
    row_losses.push_back(static_cast<float>(engine->evaluate(problem.samples(), std::span(&row, 1)).loss));
  }
  CHECK(kernels::sum_in_blocks(row_losses) == together);
  CHECK(engine->evaluate(problem.samples(), all).loss == together);
}

TEST_CASE("evaluating between steps does not change them", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  const Setup setup(kind);
  const SmallProblem problem(600, setup.model);
  const auto with = make_engine(setup, problem);
  const auto without = make_engine(setup, problem);
  for (std::uint64_t t = 1; t <= kSteps; ++t) {
    const auto rows = random_integers(32, 600, t);
    with->train_step({problem.samples(), rows, {}}, updates_at(setup.groups, t));
    without->train_step({problem.samples(), rows, {}}, updates_at(setup.groups, t));
    with->evaluate(problem.samples(), first_rows(599));
  }
  CHECK(weights_hash(exported(*with, setup.model)) == weights_hash(exported(*without, setup.model)));
}

TEST_CASE("the next step's rows are a hint, whether it comes true or not", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  Setup setup(kind);
  setup.batch_sizes = {32, 7};
  setup.threads = 2;
  const SmallProblem problem(kRows, setup.model);
  const auto rows_at = [](std::uint64_t t) { return random_integers(t % 2 == 0 ? 7 : 32, kRows, t); };
  const auto trained = [&](std::uint64_t hint) {  // the hint's distance in steps; 0 for none
    const auto engine = make_engine(setup, problem);
    for (std::uint64_t t = 1; t <= kSteps; ++t) {
      const auto next = hint == 0 ? std::vector<std::uint32_t>() : rows_at(t + hint);
      engine->train_step({problem.samples(), rows_at(t), next}, updates_at(setup.groups, t));
      engine->evaluate(problem.samples(), first_rows(3));
    }
    return weights_hash(exported(*engine, setup.model));
  };
  CHECK(trained(1) == trained(0));
  CHECK(trained(2) == trained(0));
}

TEST_CASE("a batch size that was not planned is an error", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  const Setup setup(kind);
  const SmallProblem problem(kRows, setup.model);
  const auto engine = make_engine(setup, problem);
  CHECK(missing(thrown([&] {
                  engine->train_step({problem.samples(), first_rows(31), {}}, updates_at(setup.groups, 1));
                }),
                {"failed: ", "31 rows"}) == "");
}

TEST_CASE("the engine's name says who computes, and oneDNN's version", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  const Setup setup(kind);
  const SmallProblem problem(kRows, setup.model);
  const std::string name = make_engine(setup, problem)->name();
  CHECK(name.starts_with(kind == EngineKind::panels ? "panels" : "onednn "));
}

TEST_CASE("predicted probabilities agree with the oracle, whatever the number of rows", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  const std::size_t classes = GENERATE(as<std::size_t>(), 3, 16, 21);
  const int threads = GENERATE(1, 3);
  Setup setup(kind);
  setup.model.outputs = classes;
  setup.threads = threads;
  SmallProblem problem(1100, setup.model);
  if (classes == 16) {
    problem.take_values();
  }
  const auto engine = make_engine(setup, problem);
  const auto network = to_reference(problem.initial);
  const SamplesView unlabelled{problem.samples().features};
  for (const std::size_t count : {0U, 1U, 97U, 513U, 1025U}) {
    CAPTURE(static_cast<int>(kind), classes, threads, count);
    const auto rows = random_integers(count, 1100, count);
    std::vector<float> probabilities(count * classes, -1.0F);
    engine->predict(unlabelled, rows, {probabilities.data(), count, classes});
    if (count == 0) {
      continue;
    }
    const auto expected = forward_backward(network, problem.standardised(rows), problem.labels_of(rows)).probabilities;
    double largest = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      largest = std::max(largest, std::fabs(probabilities[i] - expected[i]));
    }
    CHECK(largest < 2e-6);
  }
}

TEST_CASE("a row's probabilities do not depend on the rows beside it, and carry its loss", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  const Setup setup(kind);
  const SmallProblem problem(600, setup.model);
  const auto engine = make_engine(setup, problem);
  const auto all = first_rows(600);
  std::vector<float> together(600 * 3);
  engine->predict(problem.samples(), all, {together.data(), 600, 3});
  double loss = 0;
  for (const std::uint32_t row : all) {
    std::array<float, 3> alone{};
    engine->predict(problem.samples(), std::span(&row, 1), {alone.data(), 1, 3});
    CHECK(std::ranges::equal(alone, std::span(together).subspan(row * 3, 3)));
    loss -= std::log(alone[problem.labels[row]]);
  }
  CHECK(engine->evaluate(problem.samples(), all).loss == Approx(loss).epsilon(1e-6));
}

TEST_CASE("steps follow the oracle with every objective, in both engines", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  for (const Convention convention : {Convention::keras, Convention::torch}) {
    for (const bool weighed : {false, true}) {
      for (const std::string_view text :
           {"mse", "mae", "huber,delta=0.4", "quantile,q=0.3", "quantile,q=0.1:0.5:0.9", "binary_cross_entropy"}) {
        CAPTURE(text, weighed, static_cast<int>(convention));
        Setup setup(kind);
        setup.task.objective = parse_objective(text, "loss");
        setup.target_columns = text.ends_with("0.9") ? 1 : 3;
        setup.batch_sizes = {32, 7, 1, 130};
        setup.threads = 2;
        setup.loss = {convention, 0, {}, weighed};
        if (text == "binary_cross_entropy") {
          setup.loss.label_smoothing = 0.1;
        } else {
          setup.task.scaler = {random_floats(setup.target_columns, 10, 40, 5),
                               random_floats(setup.target_columns, 20, 50, 6)};
        }
        check_steps(setup);
      }
    }
  }
}

TEST_CASE("biases do not decay where they are not to", "[engine]") {
  for (const EngineKind engine : engines()) {
    for (const OptimizerEntry& optimizer : optimizer_registry()) {
      if (optimizer.keys.empty()) {
        continue;
      }
      CAPTURE(optimizer.name);
      Setup setup(engine);
      setup.groups = {group(0, 2, fmt::format("{},lr=0.01,weight_decay=0.3,decay_bias=false", optimizer.name))};
      setup.batch_sizes = {32, 7};
      setup.threads = 2;
      check_steps(setup);
      setup.clip_norm = ClipNorm{0.5, Convention::keras};
      check_steps(setup);
    }
  }
}

TEST_CASE("evaluation and prediction of numbers are in their own units", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  Setup setup(kind);
  setup.task.objective.kind = ObjectiveKind::mse;
  setup.task.scaler = {{10, -5, 0}, {20, 0.5F, 3}};
  setup.target_columns = 3;
  setup.threads = 2;
  const SmallProblem problem = setup.problem();
  const auto engine = make_engine(setup, problem);
  const auto rows = first_rows(kRows);
  std::vector<float> predictions(kRows * 3);
  engine->predict(problem.samples(), rows, {predictions.data(), kRows, 3});
  double loss = 0;
  double figure = 0;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const double e = double{predictions[i]} - double{problem.targets[i]};
    loss += e * e / std::pow(setup.task.scaler.scale[i % 3], 2) / 3;
    figure += std::fabs(e) / 3;
  }
  const LossSums sums = engine->evaluate(problem.samples(), rows);
  CHECK(sums.loss == Approx(loss).epsilon(1e-4));
  CHECK(sums.figure == Approx(figure).epsilon(1e-4));
  CHECK(sums.weight == kRows);
}

TEST_CASE("a batch whose rows have no weight has no loss and changes nothing", "[engine]") {
  const EngineKind kind = GENERATE(from_range(engines()));
  Setup setup(kind);
  setup.task.objective.kind = ObjectiveKind::mse;
  setup.target_columns = 3;
  setup.loss = {Convention::torch, 0, {}, true};
  SmallProblem problem = setup.problem();
  std::ranges::fill(problem.row_weights, 0.0F);
  const auto engine = make_engine(setup, problem);
  const LossSums sums = engine->train_step({problem.samples(), first_rows(32), {}, 1}, setup.updates(1));
  CHECK(sums.mean_loss() == 0);
  CHECK(std::ranges::equal(exported(*engine, setup.model).values(), problem.initial.values()));
}

TEST_CASE("classes and rows of weight 0 do not count", "[engine]") {
  for (const EngineKind engine : engines()) {
    for (const Convention convention : {Convention::keras, Convention::torch}) {
      Setup setup(engine);
      setup.loss = {convention, 0.1, {0, 2, 1}, false};
      check_steps(setup);
    }
  }
}

TEST_CASE("a batch whose weights are all 0 has loss 0 and changes nothing", "[engine]") {
  for (const EngineKind engine : engines()) {
    for (const Convention convention : {Convention::keras, Convention::torch}) {
      for (const bool by_class : {false, true}) {
        CAPTURE(static_cast<int>(convention), by_class);
        Setup setup(engine);
        setup.loss = {convention, 0, by_class ? std::vector<double>(3, 0.0) : std::vector<double>(), !by_class};
        SmallProblem problem = setup.problem();
        std::ranges::fill(problem.row_weights, 0.0F);
        const auto made = make_engine(setup, problem);
        const auto rows = random_integers(setup.batch_sizes[0], kRows, 9);
        const LossSums sums = made->train_step({problem.samples(), rows, {}, 1}, setup.updates(1));
        CHECK(sums.mean_loss() == 0);
        CHECK(weights_hash(exported(*made, setup.model)) == weights_hash(problem.initial));
      }
    }
  }
}

}  // namespace engine_engine_test
