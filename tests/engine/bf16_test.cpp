// The onednn engine in bf16 over whole training steps; skipped, with a warning, on a CPU without bf16.

#include "kernels/bf16.h"

#include <cmath>

#include "engine/engine.h"
#include "kernels/onednn/bf16_support.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"
#include "tests/engine/small_problem.h"

using namespace strata;
using namespace strata::test;
using kernels::ActivationKind;
using kernels::Precision;

namespace {

constexpr std::size_t kRows = 40;
constexpr double kLearningRate = 0.1;

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
};

std::unique_ptr<Engine> bf16_engine(const Setup& setup, const SmallProblem& problem,
                                    EngineKind kind = EngineKind::automatic) {
  EnginePlan plan{setup.model, setup.groups, problem.scaler, setup.batch_sizes, setup.threads};
  plan.precision = Precision::bf16;
  auto engine = make_engine(kind, std::move(plan));
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
                                             const std::vector<std::uint32_t>& labels) {
  namespace reference = kernels::reference;
  std::vector<std::vector<double>> values{in_bf16(input)};
  std::vector<std::vector<double>> z;
  for (reference::DenseLayer& layer : network) {
    layer.weights = in_bf16(layer.weights);
    z.push_back(reference::dense_forward(layer, values.back()));
    std::vector<double> value;
    for (const double x : z.back()) {
      value.push_back(reference::activate(layer.activation, x));
    }
    values.push_back(&layer == &network.back() ? value : in_bf16(value));
  }
  reference::NetworkPass pass;
  const auto loss = reference::softmax_cross_entropy(values.back(), labels);
  for (const double row_loss : loss.row_losses) {
    pass.loss += row_loss / static_cast<double>(labels.size());
  }
  std::vector<double> diff = in_bf16(loss.diff_logits);
  pass.gradients.resize(network.size());
  for (std::size_t l = network.size(); l-- > 0;) {
    for (std::size_t i = 0; i < diff.size(); ++i) {
      diff[i] = in_bf16(diff[i] * reference::activation_derivative(network[l].activation, z[l][i]));
    }
    pass.gradients[l] = reference::dense_backward_weights(network[l], values[l], diff);
    diff = in_bf16(reference::dense_backward_data(network[l], diff));
  }
  return pass;
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
  CAPTURE(setup.model.inputs, setup.model.hidden, setup.model.classes, setup.batch_sizes, setup.threads);
  CAPTURE(static_cast<int>(setup.model.activation.kind));
  const SmallProblem problem(kRows, setup.model);
  for (const std::size_t size : setup.batch_sizes) {
    const auto engine = bf16_engine(setup, problem);
    const auto rows = random_integers(size, kRows, 7);
    const LossSums sums = engine->train_step({problem.samples(), rows, {}}, updates_at(setup.groups, 1));
    const auto exact = rounded_pass(to_reference(problem.initial), problem.standardised(rows), problem.labels_of(rows));
    CHECK(sums.loss / static_cast<double>(size) == Approx(exact.loss).epsilon(0.02));
    check_gradient(problem.initial, exported(*engine, setup.model), exact);
  }
}

}  // namespace

TEST_CASE("a bf16 step is the oracle's but for roundings, with every activation", "[engine]") {
  if (skipped()) {
    return;
  }
  for (const kernels::ActivationName& activation : kernels::kActivations) {
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
