// What runs a training step. An engine owns the live weights and optimizer state in its own layout.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/scaler.h"
#include "kernels/optimizer_update.h"
#include "kernels/precision.h"
#include "model/parameters.h"
#include "optim/parameter_group.h"

namespace strata {

/// Sums over the rows of a batch or of a part.
struct LossSums {
  double loss = 0;          ///< sum of the rows' cross-entropies (natural logarithm)
  std::size_t correct = 0;  ///< rows whose largest logit is the label's (ties: the first of the largest counts)
};

/// What an engine is built for; it prepares everything here, so that no step creates or allocates anything.
struct EnginePlan {
  ModelSpec model;
  std::vector<ParameterGroup> groups;
  Scaler scaler;
  std::vector<std::size_t> train_batch_sizes;  ///< every size that train_step will meet
  int threads = 1;
  bool staged = false;  ///< panels: store whole gradients before they are applied, rather than tile by tile
  kernels::Precision precision = kernels::Precision::f32;  ///< bf16: onednn only
};

/// The rows of one step, in any order, repeats allowed; and, as a hint, the next step's, which may be fetched early.
struct Batch {
  SamplesView samples;
  std::span<const std::uint32_t> rows;  ///< as many as one of the plan's batch sizes
  std::span<const std::uint32_t> next_rows;
};

class Engine {
 public:
  virtual ~Engine() = default;

  /// Replaces the live weights; optimizer state becomes zero.
  virtual void import_parameters(const Parameters& parameters) = 0;
  virtual void export_parameters(Parameters& parameters) const = 0;

  /// One update: gather, forward, loss, backward, then updates[g] for group g of the plan.
  /// Returns the batch's sums before the update.
  virtual LossSums train_step(const Batch& batch, std::span<const kernels::OptimizerUpdate> updates) = 0;

  /// Sums over `rows` of `samples`; weights stay as they are. Any number of rows.
  virtual LossSums evaluate(const SamplesView& samples, std::span<const std::uint32_t> rows) = 0;

  /// Softmax of the logits of `rows` of `samples`, whose labels are not read, into probabilities (rows.size(),
  /// classes).
  virtual void predict(const SamplesView& samples, std::span<const std::uint32_t> rows,
                       MatrixView<float> probabilities) = 0;

  /// For the run's messages, e.g. "onednn 2.6.3".
  virtual std::string name() const = 0;
};

/// Who computes the dense layers.
enum class EngineKind { automatic, onednn, panels };

/// The engine of that kind. automatic: panels for fp32 wherever there are fused multiply-adds, else onednn
/// (docs/performance.md). Throws as the two below.
std::unique_ptr<Engine> make_engine(EngineKind kind, EnginePlan plan);

/// The engine of oneDNN's primitives. Throws Error(failed) if oneDNN cannot create one of them, and Error(usage) for
/// bf16 on a CPU without it.
std::unique_ptr<Engine> make_onednn_engine(EnginePlan plan);

/// The engine of our own kernels. Throws Error(usage) where there are no fused multiply-adds, and for bf16.
std::unique_ptr<Engine> make_panels_engine(EnginePlan plan);

}  // namespace strata
