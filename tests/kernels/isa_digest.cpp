// isa_digest auto|baseline|avx2|avx512: prints hashes of what our kernels and the panels engine compute on that
// instruction set.
// Exits 77 if this CPU lacks it.

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/hash.h"
#include "engine/panels/engine.h"
#include "kernels/denormals.h"
#include "kernels/dropout.h"
#include "kernels/elementary.h"
#include "kernels/gather.h"
#include "kernels/instruction_set.h"
#include "kernels/optimizer_update.h"
#include "kernels/output_loss.h"
#include "kernels/random_words.h"
#include "kernels/softmax_cross_entropy.h"
#include "kernels/sums.h"
#include "tests/engine/small_problem.h"
#include "tests/kernels/random_values.h"
#include "tests/oracle/optimizer_oracle.h"

using namespace strata;
using namespace strata::kernels;
using namespace strata::test;

namespace {

constexpr int kSkipped = 77;

void print(std::string_view name, std::initializer_list<std::span<const float>> results) {
  Hash64 hash;
  for (const std::span<const float> values : results) {
    hash.update(std::as_bytes(values));
  }
  fmt::print("{} {}\n", name, hash.hex());
}

void digest_elementary() {
  using Function = void (*)(std::span<const float>, std::span<float>);
  const std::pair<std::string_view, Function> functions[] = {{"exp", exp},          {"expm1", expm1}, {"log", log},
                                                             {"sigmoid", sigmoid},  {"tanh", tanh},   {"erf", erf},
                                                             {"softplus", softplus}};
  for (const auto& [name, function] : functions) {
    for (const double size : {110.0, 2.0}) {
      auto values = random_floats(100003, -size, size, 1);
      function(values, values);
      print(fmt::format("{}/{}", name, size), {values});
    }
  }
}

void digest_permutation() {
  const auto order = permutation(Random(7, RandomStream::sampling), 1003, 5);
  print("permutation", {std::vector<float>(order.begin(), order.end())});
}

void digest_gather() {
  const std::size_t features = 787;
  const auto pixels = random_integers<std::uint8_t>(50 * features, 256, 2);
  const auto rows = random_integers(129, 50, 3);
  std::vector<float> dst(rows.size() * features);
  gather_standardise({pixels.data(), 50, features}, rows, random_floats(features, -1, 1, 4),
                     random_floats(features, -1, 1, 5), {dst.data(), rows.size(), features});
  print("gather_standardise", {dst});
  const auto values = random_floats(50 * features, -1, 1, 6);
  const auto mean = random_floats(features, -1, 1, 7);
  const auto scale = random_floats(features, 0.1, 1, 8);
  const auto reciprocal = reciprocals(scale);
  gather_standardise({values.data(), 50, features}, rows, {mean, scale, reciprocal, mean},
                     {dst.data(), rows.size(), features});
  print("gather_standardise of values", {dst});
}

void digest_softmax(std::size_t classes) {
  const std::size_t rows = 331;
  auto logits = random_floats(rows * classes, -9, 9, classes);
  const MatrixView<float> view(logits.data(), rows, classes);
  std::vector<float> losses(rows);
  std::vector<float> scratch(softmax_scratch_size(classes));
  softmax_cross_entropy(view, random_integers(rows, classes, 6), 331.0F, view, losses, scratch);
  print(fmt::format("softmax_cross_entropy/{}", classes), {logits, losses});
}

void digest_weighted_softmax(std::size_t classes) {
  const std::size_t rows = 331;
  auto logits = random_floats(rows * classes, -9, 9, classes);
  const MatrixView<float> view(logits.data(), rows, classes);
  std::vector<float> losses(rows);
  std::vector<float> scratch(softmax_scratch_size(classes));
  const ClassTargets targets{random_floats(classes, 0.5, 1, 1), random_floats(classes, 0, 0.1, 2),
                             random_floats(classes, 1, 2, 3), random_floats(classes, 0.5, 2, 4)};
  softmax_cross_entropy(view, random_integers(rows, classes, 6), 331.0F, view, losses, scratch, &targets);
  print(fmt::format("weighted softmax_cross_entropy/{}", classes), {logits, losses});
}

void digest_output_loss(LossKind kind, std::string_view name) {
  const std::size_t rows = 331;
  const std::size_t outputs = 5;
  auto values = random_floats(rows * outputs, -9, 9, 5);
  const auto targets = random_floats(rows * outputs, -3, 3, 6);
  const auto weights = random_floats(rows, 0, 3, 7);
  std::vector<float> losses(rows);
  std::vector<float> figures(rows);
  const OutputLoss loss{.kind = kind, .outputs = std::vector<OutputLoss::Constants>(outputs, {0.7F, 0.3F, 12.5F})};
  const MatrixView<float> view(values.data(), rows, outputs);
  output_loss(loss, view, {targets.data(), rows, outputs}, weights, 331.0F, view, losses, figures);
  print(fmt::format("output_loss/{}", name), {values, losses, figures});
}

void digest_dropout() {
  auto values = random_floats(65 * 300, -1, 1, 1);
  const MatrixView<float> view(values.data(), 65, 300);
  drop_units(dropout_mask(0.3, 42, 1, 7), view, 3, 16, view);
  print("drop_units", {values});
}

void digest_squares() {
  const auto gradient = random_floats(100 * 37, -1, 1, 1);
  std::vector<double> sums(37, 0.0);
  add_squares({gradient.data(), 100, 37}, sums);
  Hash64 hash;
  hash.update(std::as_bytes(std::span<const double>(sums)));
  fmt::print("add_squares {}\n", hash.hex());
}

void digest_update(UpdateRule rule, WeightDecay decay) {
  const std::size_t size = 10007;
  auto weights = random_floats(size, -1, 1, 7);
  auto first = random_floats(size, 0, 1, 8);
  auto second = random_floats(size, 0, 1, 9);
  auto third = random_floats(size, 0, 1, 10);
  OptimizerUpdate update;
  update.rule = rule;
  update.weight_decay = decay;
  update.rate = 0.01F;
  update.momentum = 0.9F;
  update.one_minus_beta1 = 0.1F;
  update.one_minus_beta2 = 0.001F;
  update.beta2 = 0.999F;
  update.mean_factor = 0.8F;
  update.gradient_factor = 0.7F;
  update.epsilon = 1e-7F;
  update.decay = 0.05F;
  for (std::uint64_t step = 0; step < 20; ++step) {
    apply_update(update, weights, random_floats(size, -1, 1, 11 + step), {first, second, third});
  }
  print(fmt::format("apply_update/{}/{}", static_cast<int>(rule), static_cast<int>(decay)),
        {weights, first, second, third});
}

/// Weights, state and losses after some steps of the panels engine, batches of several row blocks among them; with all
/// that training may add to a plan and on values of which some are missing, rows weighed, or plain and on pixels.
void digest_panels(const std::string& name, ActivationKind activation, const std::vector<ParameterGroup>& groups,
                   Convention convention, InstructionSet instructions, int threads, bool plain = true) {
  const ModelSpec model{250, {267, 37, 16, 5}, 21, activation_of(activation)};
  SmallProblem problem(300, model);
  const std::vector<std::size_t> sizes{32, 1, 7, 130, 32, 300};
  if (!plain) {
    problem.take_values();
    problem.weigh_rows();
  }
  EnginePlan plan{model, groups, problem.scaler, sizes, threads};
  plan.instruction_set = instructions;
  if (!plain) {
    plan.dropout = {0.5, 0.2, 0, 0.1};
    plan.loss = {Convention::torch, 0.1, to_double(random_floats(21, 0.5, 2, 1)), true};
    plan.clip_norm = ClipNorm{0.1, Convention::torch};
  }
  const auto engine = make_panels_engine(std::move(plan));
  engine->import_parameters(problem.initial);
  std::vector<float> losses;
  for (std::size_t t = 1; t <= sizes.size(); ++t) {
    const auto rows = random_integers(sizes[t - 1], 300, t);
    const LossSums sums = engine->train_step({problem.samples(), rows, {}, t}, updates_at(groups, t, convention));
    losses.push_back(static_cast<float>(sums.loss));
  }
  Parameters parameters(model.layers());
  engine->export_parameters(parameters);
  print(fmt::format("panels/{}/{}/{}", name, threads, plain), {parameters.values(), losses});
  for (const Parameters& slot : engine->export_state().slots) {
    print("  state", {slot.values()});
  }
}

void digest_activations(InstructionSet instructions) {
  const std::vector<ParameterGroup> groups{group(0, 1, "sgd,lr=0.01,momentum=0.9"), group(2, 4, "adam,lr=0.01")};
  for (const ActivationEntry& activation : kActivations) {
    digest_panels(std::string(activation.name), activation.kind, groups, Convention::keras, instructions, 1);
    digest_panels(std::string(activation.name), activation.kind, groups, Convention::keras, instructions, 3);
    digest_panels(std::string(activation.name), activation.kind, groups, Convention::keras, instructions, 3, false);
  }
}

void digest_optimizers(InstructionSet instructions) {
  for (const Convention convention : {Convention::keras, Convention::torch}) {
    for (const std::string& text : optimizer_cases()) {
      digest_panels(fmt::format("{}/{}", text, static_cast<int>(convention)), ActivationKind::elu,
                    {group(0, 4, text, convention)}, convention, instructions, 2);
    }
  }
}

}  // namespace

int main(int argc, char** argv) try {
  const std::map<std::string, InstructionSet, std::less<>> names{{"auto", InstructionSet::automatic},
                                                                 {"baseline", InstructionSet::baseline},
                                                                 {"avx2", InstructionSet::avx2},
                                                                 {"avx512", InstructionSet::avx512}};
  const auto wanted = argc == 2 ? names.find(argv[1]) : names.end();
  if (wanted == names.end()) {
    fmt::print(stderr, "usage: isa_digest auto|baseline|avx2|avx512\n");
    return 2;
  }
  require_instruction_set(wanted->second);
  const InstructionSetScope instructions(wanted->second);
  flush_denormals();
  fmt::print(stderr, "{}: kernels run on {}\n", wanted->first, instruction_set_name(wanted->second));
  digest_elementary();
  digest_permutation();
  digest_gather();
  for (const std::size_t classes : {2U, 10U, 62U}) {
    digest_softmax(classes);
    digest_weighted_softmax(classes);
  }
  for (const ObjectiveEntry& objective : objective_registry()) {
    if (objective.map != OutputMap::softmax) {
      digest_output_loss(objective.kind, objective.name);
    }
  }
  digest_dropout();
  digest_squares();
  for (int rule = 0; rule <= static_cast<int>(kLastRule); ++rule) {
    for (const WeightDecay decay : {WeightDecay::none, WeightDecay::decoupled, WeightDecay::coupled}) {
      digest_update(static_cast<UpdateRule>(rule), decay);
    }
  }
  if (instruction_set_name(wanted->second) != "baseline") {  // which lacks fused multiply-adds
    digest_activations(wanted->second);
    digest_optimizers(wanted->second);
  }
  return 0;
} catch (const Error& error) {
  fmt::print(stderr, "{}\n", error.what());
  return error.kind() == ErrorKind::usage ? kSkipped : 1;
}
