// What runs a training step, and the memory that this takes. An engine owns the live weights and optimizer state in its
// own layout.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/dataset.h"
#include "data/scaler.h"
#include "dist/communicator.h"
#include "engine/gradients.h"
#include "engine/loss.h"
#include "kernels/bf16.h"
#include "kernels/instruction_set.h"
#include "kernels/optimizer_update.h"
#include "model/model.h"
#include "optim/parameter_group.h"

namespace strata {

/// Sums over the rows of a batch or of a part.
struct LossSums {
  double loss = 0;  ///< sum of the rows' losses, in training as it weighs them
  /// Sum of the rows' quick figure (figures() of objective/objective.h): of classes 1 for a row that is right, that is
  /// whose largest logit is the label's (ties: the first of the largest counts), or whose probability is on the right
  /// side of the threshold; of labels the share of the row's that are right; of numbers the mean over the outputs of
  /// the error's size, in the targets' own units.
  double figure = 0;
  double weight = 0;        ///< what makes the loss a mean: the rows, or the sum of their weights; if 0, the loss is 0
  std::uint32_t flags = 0;  ///< of a step: those that any rank's batch had

  double mean_loss() const { return weight > 0 ? loss / weight : 0; }
};

/// What an engine is built for; it prepares everything here, so that no step creates or allocates anything.
struct EnginePlan {
  ModelSpec model;
  std::vector<ParameterGroup> groups;
  Scaler scaler;
  std::vector<std::size_t> train_batch_sizes;  ///< every size that train_step will meet
  int threads = 1;
  bool staged = false;            ///< panels: store whole gradients before they are applied, rather than tile by tile
  std::uint64_t seed = 0;         ///< of dropout
  std::vector<double> dropout{};  ///< the rate of each hidden layer, in [0, 1); empty: 0
  TrainingLoss loss{};            ///< of train_step alone
  std::optional<ClipNorm> clip_norm{};                     ///< needs whole gradients, hence the staged plan
  kernels::Precision precision = kernels::Precision::f32;  ///< bf16: onednn only
  Communicator* ranks = nullptr;   ///< several, that take a step together; null: this process alone
  bool may_spare_threads = false;  ///< panels: take fewer where more would make a step slower
  kernels::InstructionSet instruction_set = kernels::InstructionSet::automatic;  ///< the newest to use
  Task task{};
  bool gradient_norms = false;  ///< steps measure them, and give the same bits

  double dropout_rate(std::size_t layer) const { return layer < dropout.size() ? dropout[layer] : 0; }
  /// Whether each layer's group has an optimizer.
  std::vector<bool> trained_layers() const;
};

/// The rows of one step, in any order, repeats allowed; and, as a hint, the next step's, which may be fetched early.
struct Batch {
  SamplesView samples;
  std::span<const std::uint32_t> rows;  ///< as many as one of the plan's batch sizes
  std::span<const std::uint32_t> next_rows;
  std::uint64_t step = 0;   ///< of the run: another step drops other units
  std::uint32_t flags = 0;  ///< what this rank lets the others know
};

/// Every member gives the calling thread's floating-point mode back as it was.
///
/// With several ranks, each of them calls train_step, evaluate and predict alike, with the rows of all; they share the
/// work, and each gets the whole result.
class Engine {
 public:
  virtual ~Engine() = default;

  /// Replaces the live weights; the optimizers start anew.
  virtual void import_parameters(const Parameters& parameters) = 0;
  virtual void export_parameters(Parameters& parameters) const = 0;

  /// Replaces the optimizers' state by one of the plan's layers and groups: with it and the parameters a run goes on
  /// as if it had never stopped.
  virtual void import_state(const OptimizerState& state) = 0;
  virtual OptimizerState export_state() const = 0;

  /// One update: gather, forward, loss, backward, then updates[g] for group g of the plan.
  /// Returns the batch's sums before the update.
  virtual LossSums train_step(const Batch& batch, std::span<const kernels::OptimizerUpdate> updates) = 0;

  /// After train_step of a plan with gradient_norms: the L2 norm of each layer's gradient, weights and biases, before
  /// clipping; 0 of layers that are not trained.
  virtual std::vector<double> gradient_norms() const = 0;
  /// After train_step of a plan that clips by norm: that of the step's gradients before they were clipped. Else 0.
  virtual double gradient_norm() const = 0;

  /// After train_step: the first layer whose activations in that step's batch are not all finite; none if all are.
  virtual std::optional<std::size_t> first_non_finite_layer() = 0;
  /// The same of an evaluation of `rows` of `samples`.
  virtual std::optional<std::size_t> first_non_finite_layer(const SamplesView& samples,
                                                            std::span<const std::uint32_t> rows) = 0;

  /// From now on evaluate and predict return early, with nothing of use, once `stop` is true, which it then stays. Any
  /// thread asks it.
  void give_up_when(std::function<bool()> stop) { stop_ = std::move(stop); }
  bool gives_up() const { return stop_ && stop_(); }

  /// Sums over `rows` of `samples`, of the plain loss without dropout; weights stay as they are. Any number of rows.
  virtual LossSums evaluate(const SamplesView& samples, std::span<const std::uint32_t> rows) = 0;

  /// What the task makes of the outputs of `rows` of `samples`, whose labels and targets are not read, into predictions
  /// (rows.size(), outputs): softmax, sigmoid, or numbers in the targets' own units.
  virtual void predict(const SamplesView& samples, std::span<const std::uint32_t> rows,
                       MatrixView<float> predictions) = 0;

  /// That compute.
  virtual int threads() const = 0;

  /// For the run's messages, e.g. "onednn 2.6.3".
  virtual std::string name() const = 0;

 private:
  std::function<bool()> stop_;
};

/// Who computes the dense layers.
enum class EngineKind { automatic, onednn, panels };

/// What is known of an engine.
struct EngineEntry {
  EngineKind kind;
  std::string_view name;
  std::unique_ptr<Engine> (*make)(EnginePlan plan);
  /// How products of bf16 numbers are computed here, e.g. "AMX". Throws Error(usage) if this CPU has nothing for them.
  /// Null: the engine computes in fp32 alone.
  std::string (*require_bf16)();
  /// How fast bf16 is on this CPU if it is known to be slower than fp32. Null as require_bf16.
  std::optional<kernels::Bf16Speed> (*slow_bf16)();
  std::string (*version)();  ///< of the library that it runs on, if any
};

/// Makes an engine known; its folder has a function that calls this. Whoever links an engine calls that once, before
/// the first run. The entry lives as long as the process.
void register_engine(const EngineEntry& entry);

/// The engine's entry; null if this program has registered none of that kind.
const EngineEntry* find_engine(EngineKind kind);

/// Throws Error(usage) if no registered engine computes bf16 on this CPU.
void require_bf16();

/// How fast bf16 is on this CPU if it is known to be slower than fp32 here; none if it is not, or nobody knows.
std::optional<kernels::Bf16Speed> slow_bf16();

/// The engine of that kind. automatic: panels for fp32 wherever there are fused multiply-adds, else onednn
/// (docs/performance.md). Throws Error(usage) if this program has no such engine, and as the engine's make().
std::unique_ptr<Engine> make_engine(EngineKind kind, EnginePlan plan);

/// What computes, where nothing is trained.
struct ComputeChoice {
  EngineKind engine = EngineKind::automatic;
  kernels::Precision precision = kernels::Precision::f32;
  int threads = 1;
  kernels::InstructionSet instruction_set = kernels::InstructionSet::automatic;  ///< the newest to use
};

/// The engine of a trained model, for evaluate and predict alone. Throws as make_engine.
std::unique_ptr<Engine> make_inference_engine(const ModelSpec& model, const Task& task, const Parameters& parameters,
                                              const Scaler& scaler, const ComputeChoice& choice);

/// Bytes of a run's large buffers, rather too few than too many: weights in canonical form and live, the copies or
/// gradients that backward needs, optimizer state, activations and their gradients in that precision. A double, as
/// sizes may be absurd.
double memory_need(const ModelSpec& model, const std::vector<ParameterGroup>& groups, std::size_t batch_size,
                   kernels::Precision precision = kernels::Precision::f32);

/// The same of all `node_size` ranks on this machine, of `world_size` that share each batch: what each needs for its
/// part of the rows, and for the sums of gradients, its own and the other ranks' of its share.
double memory_need_of_node(const ModelSpec& model, const std::vector<ParameterGroup>& groups, std::size_t batch_size,
                           kernels::Precision precision, int world_size, int node_size);

/// Throws Error(failed) if `need`, of so many ranks on this machine, is more than what is `available`, where that is
/// known: to be asked before a run takes any of it, as a system that has promised too much ends the process without a
/// word.
void require_memory(double need, std::optional<std::size_t> available, int ranks = 1);

}  // namespace strata
