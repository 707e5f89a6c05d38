// The onednn engine in bf16 over whole training steps; skipped, with a warning, on a CPU without bf16.

#include "kernels/bf16.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "engine/engine.h"
#include "kernels/onednn/cpu_isa.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"
#include "tests/engine/small_problem.h"
#include "tests/oracle/dropout_factors.h"
#include "tests/oracle/optimizer_oracle.h"

namespace engine_bf16_test {

using namespace strata;
using namespace strata::test;
using kernels::ActivationKind;
using kernels::Precision;

namespace {

constexpr std::size_t kRows = 40;
constexpr double kLearningRate = 0.1;
constexpr std::uint64_t kSeed = 5;

bool skipped() {
  if (kernels::onednn::bf16_features().support != kernels::onednn::Bf16Support::none) {
    return false;
  }
  WARN("skipped: this CPU has no bf16, the newest it has is " << kernels::onednn::bf16_features().newest);
  return true;
}

struct Setup {
  ModelSpec model{21, {18, 7}, 3, activation_of(ActivationKind::elu)};
  std::vector<ParameterGroup> groups{group(0, 2, "sgd,lr=0.1")};
  std::vector<std::size_t> batch_sizes{32};
  int threads = 1;
  std::vector<double> dropout{};
  TrainingLoss loss{};
  std::optional<ClipNorm> clip_norm{};
  float clip_value = std::numeric_limits<float>::infinity();
  bool values = false;  ///< rather than pixels

  std::vector<kernels::OptimizerUpdate> updates(std::uint64_t t, Convention convention = Convention::keras) const {
    auto all = updates_at(groups, t, convention);
    for (kernels::OptimizerUpdate& update : all) {
      update.gradient_limit = clip_value;
    }
    return all;
  }
};

std::unique_ptr<Engine> bf16_engine(const Setup& setup, const SmallProblem& problem,
                                    EngineKind kind = EngineKind::automatic) {
  auto engine = make_engine(kind, {setup.model, setup.groups, problem.scaler, setup.batch_sizes, setup.threads, false,
                                   kSeed, setup.dropout, setup.loss, setup.clip_norm, Precision::bf16});
  engine->import_parameters(problem.initial);
  return engine;
}

Parameters exported(const Engine& engine, const ModelSpec& model) {
  Parameters parameters(model.layers());
  engine.export_parameters(parameters);
  return parameters;
}

double largest(const std::vector<double>& values) {
  double result = 0;
  for (const double value : values) {
    result = std::max(result, std::fabs(value));
  }
  return result;
}

double in_bf16(double x) { return kernels::to_float(kernels::to_bf16(static_cast<float>(x))); }

std::vector<double> in_bf16(std::vector<double> values) {
  for (double& value : values) {
    value = in_bf16(value);
  }
  return values;
}

/// The oracle's pass with inputs, weights, activations and their gradients rounded as the engine rounds them, so that a
/// unit's input has the engine's sign: relu's derivative jumps at 0. Logits and loss are not rounded.
kernels::reference::NetworkPass rounded_pass(kernels::reference::Network network, const std::vector<double>& input,
                                             const std::vector<std::uint32_t>& labels,
                                             const kernels::reference::LossOptions& options = {},
                                             const kernels::reference::DropoutFactors& dropout = {}) {
  namespace reference = kernels::reference;
  const auto drop = [&](std::size_t layer, std::vector<double> rounded) {
    for (std::size_t i = 0; layer < dropout.size() && i < rounded.size(); ++i) {
      rounded[i] = in_bf16(rounded[i] * dropout[layer][i]);
    }
    return rounded;
  };
  std::vector<std::vector<double>> values{in_bf16(input)};
  std::vector<std::vector<double>> z;
  for (reference::DenseLayer& layer : network) {
    layer.weights = in_bf16(layer.weights);
    z.push_back(reference::dense_forward(layer, values.back()));
    std::vector<double> value;
    for (const double x : z.back()) {
      value.push_back(reference::activate(layer.activation, x));
    }
    values.push_back(&layer == &network.back() ? value : drop(values.size() - 1, in_bf16(value)));
  }
  reference::NetworkPass pass;
  const auto loss = reference::softmax_cross_entropy(values.back(), labels, options);
  pass.probabilities = loss.probabilities;
  for (const double row_loss : loss.row_losses) {
    pass.loss += row_loss / loss.divisor;
  }
  std::vector<double> diff = in_bf16(loss.diff_logits);
  pass.gradients.resize(network.size());
  for (std::size_t l = network.size(); l-- > 0;) {
    diff = drop(l, std::move(diff));
    for (std::size_t i = 0; i < diff.size(); ++i) {
      diff[i] = in_bf16(diff[i] * reference::activation_derivative(network[l].activation, z[l][i]));
    }
    pass.gradients[l] = reference::dense_backward_weights(network[l], values[l], diff);
    diff = in_bf16(reference::dense_backward_data(network[l], diff));
  }
  return pass;
}

void clip(const Setup& setup, std::vector<kernels::reference::DenseGradient>& gradients) {
  const std::vector<bool> trained(gradients.size(), true);
  const double factor = setup.clip_norm
                            ? kernels::reference::clip_by_norm_factor(gradients, trained, setup.clip_norm->limit,
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

/// Each weight's gradient, as the SGD update shows it, against the oracle's: what is left are derivatives from rounded
/// results and roundings that fall the other way, about 2^-8 each and some ten of them; an element off by more than a
/// tenth of the largest is another number.
void check_gradient(const Parameters& before, const Parameters& after, const kernels::reference::NetworkPass& exact) {
  for (std::size_t l = 0; l < before.layers().size(); ++l) {
    CAPTURE(l);
    const auto check = [](const float* old_values, const float* new_values, const std::vector<double>& gradient) {
      double error = 0;
      for (std::size_t i = 0; i < gradient.size(); ++i) {
        const double applied = (double{old_values[i]} - double{new_values[i]}) / kLearningRate;
        error = std::max(error, std::fabs(applied - gradient[i]));
      }
      CHECK(error <= 0.1 * largest(gradient) + 1e-6);
    };
    check(before.weight(l).data(), after.weight(l).data(), exact.gradients[l].weights);
    check(before.bias(l).data(), after.bias(l).data(), exact.gradients[l].bias);
  }
}

void check_first_step(const Setup& setup) {
  CAPTURE(setup.model.inputs, setup.model.hidden, setup.model.outputs, setup.batch_sizes, setup.threads);
  CAPTURE(static_cast<int>(setup.model.activation.kind));
  SmallProblem problem(kRows, setup.model);
  if (setup.values) {
    problem.take_values();
  }
  if (setup.loss.weigh_rows) {
    problem.weigh_rows();
  }
  for (const std::size_t size : setup.batch_sizes) {
    const auto engine = bf16_engine(setup, problem);
    const auto rows = random_integers(size, kRows, 7);
    const LossSums sums = engine->train_step({problem.samples(), rows, {}, 1}, setup.updates(1));
    auto exact = rounded_pass(to_reference(problem.initial), problem.standardised(rows), problem.labels_of(rows),
                              problem.loss_options(setup.loss, rows),
                              dropout_factors(setup.model, setup.dropout, kSeed, size, 1));
    clip(setup, exact.gradients);
    CHECK(sums.mean_loss() == Approx(exact.loss).epsilon(0.02));
    check_gradient(problem.initial, exported(*engine, setup.model), exact);
  }
}

}  // namespace

TEST_CASE("a bf16 step is the oracle's but for roundings, with every activation", "[engine]") {
  if (skipped()) {
    return;
  }
  for (const kernels::ActivationEntry& activation : kernels::kActivations) {
    Setup setup;
    setup.model.activation = activation_of(activation.kind);
    check_first_step(setup);
  }
}

TEST_CASE("a bf16 step is the oracle's but for roundings, for any shape and batch", "[engine]") {
  if (skipped()) {
    return;
  }
  using Sizes = std::vector<std::size_t>;
  for (const Sizes& hidden : {Sizes{}, {1}, {33, 17}, {64, 31, 16}}) {
    for (const std::size_t inputs : {1U, 9U, 64U}) {
      Setup setup;
      setup.model = {inputs, hidden, 13, activation_of(ActivationKind::elu)};
      setup.groups = {group(0, hidden.size(), "sgd,lr=0.1")};
      setup.batch_sizes = {1, 7, 32, 130};
      setup.threads = static_cast<int>(1 + inputs % 3);
      check_first_step(setup);
      setup.values = true;
      check_first_step(setup);
    }
  }
}

TEST_CASE("a bf16 step is the oracle's but for roundings, with dropout", "[engine]") {
  if (skipped()) {
    return;
  }
  for (const kernels::ActivationEntry& activation : kernels::kActivations) {
    for (const auto& rates : {std::vector{0.5, 0.5}, {0.25, 0.0}, {0.0, 0.3}}) {
      CAPTURE(rates);
      Setup setup;
      setup.model.activation = activation_of(activation.kind);
      setup.dropout = rates;
      setup.batch_sizes = {130, 7};
      setup.threads = 3;
      check_first_step(setup);
    }
  }
}

TEST_CASE("a bf16 step is the oracle's but for roundings, with smoothed labels and weighted classes", "[engine]") {
  if (skipped()) {
    return;
  }
  for (const Convention convention : {Convention::keras, Convention::torch}) {
    for (const TrainingLoss& loss :
         {TrainingLoss{convention, 0.1, {}}, TrainingLoss{convention, 0, {0.5, 2, 1.25}},
          TrainingLoss{convention, 0.3, {0.5, 2, 1.25}}, TrainingLoss{convention, 0, {}, true}}) {
      CAPTURE(static_cast<int>(convention), loss.label_smoothing, loss.class_weights);
      Setup setup;
      setup.loss = loss;
      setup.batch_sizes = {130, 7};
      setup.threads = 2;
      check_first_step(setup);
    }
  }
}

TEST_CASE("a bf16 step is the oracle's but for roundings, with gradients clipped by norm or by value", "[engine]") {
  if (skipped()) {
    return;
  }
  for (const int threads : {1, 3}) {
    Setup setup;
    setup.threads = threads;
    setup.batch_sizes = {32, 7};
    for (const Convention convention : {Convention::keras, Convention::torch}) {
      for (const double limit : {0.05, 1e3}) {
        CAPTURE(limit);
        setup.clip_norm = ClipNorm{limit, convention};
        check_first_step(setup);
      }
    }
    setup.clip_norm.reset();
    setup.clip_value = 0.01F;
    check_first_step(setup);
  }
}

TEST_CASE("bf16 trains fp32 weights by every optimizer's own rule", "[engine]") {
  if (skipped()) {
    return;
  }
  for (const Convention convention : {Convention::keras, Convention::torch}) {
    Setup setup;
    setup.threads = 2;
    const SmallProblem problem(kRows, setup.model);
    const auto rows = random_integers(32, kRows, 1);
    const auto after_step = [&](const std::string& optimizer) {
      setup.groups = {group(0, 2, optimizer, convention)};
      auto engine = bf16_engine(setup, problem);
      engine->train_step({problem.samples(), rows, {}, 1}, setup.updates(1, convention));
      return engine;
    };
    // The velocity after a first step in PyTorch's convention is the gradient, in Keras' its product with the rate.
    const OptimizerState gradient = after_step("sgd,lr=1,momentum=0.5")->export_state();
    std::vector<float> applied(gradient.slots[0].values().begin(), gradient.slots[0].values().end());
    for (float& g : applied) {
      g = convention == Convention::torch ? g : -g;
    }
    for (const std::string& optimizer : optimizer_cases()) {
      CAPTURE(optimizer, static_cast<int>(convention));
      const auto engine = after_step(optimizer);
      OptimizerState state = initial_state(setup.model.layers(), setup.groups);
      std::array<std::span<float>, kernels::kMaxStateSlots> slots;
      for (std::size_t slot = 0; slot < state.slots.size(); ++slot) {
        slots[slot] = state.slots[slot].values();
      }
      Parameters expected = problem.initial;
      kernels::apply_update(setup.updates(1, convention)[0], expected.values(), applied, slots);
      CHECK(std::ranges::equal(exported(*engine, setup.model).values(), expected.values()));
      const OptimizerState trained = engine->export_state();
      CHECK(std::ranges::equal(trained.slots, state.slots, [](const Parameters& a, const Parameters& b) {
        return std::ranges::equal(a.values(), b.values());
      }));
    }
  }
}

TEST_CASE("a bf16 run goes on from exported weights and state with the same bits, for every optimizer", "[engine]") {
  if (skipped()) {
    return;
  }
  for (const std::string& optimizer : optimizer_cases()) {
    CAPTURE(optimizer);
    Setup setup;
    setup.dropout = {0.25, 0.5};
    setup.batch_sizes = {32, 7};
    setup.groups = {group(0, 1, optimizer), group(2, 2, "sgd,lr=0.1,momentum=0.5")};
    const SmallProblem problem(600, setup.model);
    const auto train = [&](Engine& engine, std::uint64_t first, std::uint64_t last) {
      for (std::uint64_t t = first; t <= last; ++t) {
        const auto rows = random_integers(setup.batch_sizes[t % 2], 600, t);
        engine.train_step({problem.samples(), rows, {}, t}, setup.updates(t));
      }
    };
    const auto whole = bf16_engine(setup, problem);
    train(*whole, 1, 3);
    const Parameters parameters = exported(*whole, setup.model);
    const OptimizerState state = whole->export_state();
    train(*whole, 4, 6);
    const auto resumed = bf16_engine(setup, problem);
    train(*resumed, 1, 1);
    resumed->import_parameters(parameters);
    resumed->import_state(state);
    train(*resumed, 4, 6);
    CHECK(weights_hash(exported(*resumed, setup.model)) == weights_hash(exported(*whole, setup.model)));
  }
}

TEST_CASE("bf16 predicts the oracle's probabilities but for roundings, without dropout", "[engine]") {
  if (skipped()) {
    return;
  }
  for (const std::size_t classes : {3U, 21U}) {
    Setup setup;
    setup.model.outputs = classes;
    setup.dropout = {0.5, 0.5};
    setup.threads = 2;
    const SmallProblem problem(600, setup.model);
    const auto engine = bf16_engine(setup, problem);
    for (const std::size_t count : {1U, 97U, 513U}) {
      CAPTURE(classes, count);
      const auto rows = random_integers(count, 600, count);
      std::vector<float> probabilities(count * classes, -1.0F);
      engine->predict({.features = problem.samples().features}, rows, {probabilities.data(), count, classes});
      const auto exact =
          rounded_pass(to_reference(problem.initial), problem.standardised(rows), problem.labels_of(rows));
      double error = 0;
      for (std::size_t i = 0; i < probabilities.size(); ++i) {
        error = std::max(error, std::fabs(probabilities[i] - exact.probabilities[i]));
      }
      CHECK(error < 0.01);
    }
  }
}

TEST_CASE("bf16 gives the same bits from run to run for one number of threads", "[engine]") {
  if (skipped()) {
    return;
  }
  for (const int threads : {1, 2, 3}) {
    Setup setup;
    setup.threads = threads;
    setup.batch_sizes = {32, 7};
    setup.groups = {group(0, 0, "sgd,lr=0.1"), group(1, 1, "freeze"), group(2, 2, "adam")};
    const SmallProblem problem(600, setup.model);
    const auto trained = [&](bool evaluating) {
      const auto engine = bf16_engine(setup, problem);
      for (std::uint64_t t = 1; t <= 6; ++t) {
        const auto rows = random_integers(setup.batch_sizes[t / 2 % 2], 600, t);
        engine->train_step({problem.samples(), rows, {}}, updates_at(setup.groups, t));
        if (evaluating) {
          engine->evaluate(problem.samples(), random_integers(100, 600, t));
        }
      }
      return weights_hash(exported(*engine, setup.model));
    };
    const std::string hash = trained(false);
    CHECK(trained(false) == hash);
    CHECK(trained(true) == hash);
  }
}

TEST_CASE("bf16 evaluation sees the weights that were imported or trained last", "[engine]") {
  if (skipped()) {
    return;
  }
  const Setup setup;
  const SmallProblem problem(600, setup.model);
  const SmallProblem other(600, setup.model, 99);
  const auto rows = random_integers(600, 600, 3);
  const auto engine = bf16_engine(setup, problem);
  const double loss = engine->evaluate(problem.samples(), rows).loss;
  const auto exact =
      forward_backward(to_reference(problem.initial), problem.standardised(rows), problem.labels_of(rows));
  CHECK(loss / 600 == Approx(exact.loss).epsilon(0.01));
  engine->import_parameters(other.initial);
  const double other_loss = engine->evaluate(problem.samples(), rows).loss;
  CHECK(other_loss != loss);
  engine->import_parameters(problem.initial);
  CHECK(engine->evaluate(problem.samples(), rows).loss == loss);
  engine->train_step({problem.samples(), std::span(rows).first(32), {}}, updates_at(setup.groups, 1));
  CHECK(engine->evaluate(problem.samples(), rows).loss != loss);
}

TEST_CASE("bf16 keeps fp32 weights as they came", "[engine]") {
  if (skipped()) {
    return;
  }
  const Setup setup;
  const SmallProblem problem(kRows, setup.model);
  const auto engine = bf16_engine(setup, problem);
  CHECK(weights_hash(exported(*engine, setup.model)) == weights_hash(problem.initial));
  CHECK(engine->name().starts_with("onednn "));
  CHECK(engine->name().find("bf16") != std::string::npos);
}

TEST_CASE("the panels engine refuses bf16", "[engine]") {
  const Setup setup;
  const SmallProblem problem(kRows, setup.model);
  CHECK(missing(thrown([&] { bf16_engine(setup, problem, EngineKind::panels); }),
                {"usage: ", "--engine panels", "--precision bf16"}) == "");
}

}  // namespace engine_bf16_test
