// The engine of our own kernels: columns, rows, tiles over a team of threads, with the same bits on every CPU that has
// fused multiply-adds, however many threads.
//
// A layer with large weights goes by columns: each thread computes its panels of outputs for the whole batch, and so
// keeps its part of the weights in its cache from step to step. A run of small layers goes by rows, forward, loss and
// backward, without a barrier, as rows are independent. Weight gradients go by tiles, each updated as soon as it is
// summed.

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "core/error.h"
#include "engine/engine.h"
#include "engine/team.h"
#include "kernels/instruction_set.h"
#include "kernels/panels/dense.h"
#include "kernels/softmax_cross_entropy.h"

namespace strata {

namespace {

namespace panels = kernels::panels;
using panels::Blocked;
using panels::Range;

/// Weights from this size on are divided by columns: more than a core's share of its nearest caches.
constexpr std::size_t kColumnFloats = 64 * 1024;
/// Activations that a pass over rows keeps at hand, in floats.
constexpr std::size_t kChunkFloats = 96 * 1024;
/// Rows that evaluation takes at once.
constexpr std::size_t kEvaluationRows = 96;

/// The part of 0 … size-1 that `thread` of `count` takes.
Range share(std::size_t size, int thread, int count) {
  const auto boundary = [&](int t) { return size * static_cast<std::size_t>(t) / static_cast<std::size_t>(count); };
  return {boundary(thread), boundary(thread + 1)};
}

/// Owned storage of a Blocked matrix.
class BlockedBuffer {
 public:
  BlockedBuffer(std::size_t features, std::size_t rows)
      : values_(panels::padded(features) * rows, 0.0F), view_{values_.data(), rows} {}
  BlockedBuffer(BlockedBuffer&&) = default;
  BlockedBuffer& operator=(BlockedBuffer&&) = default;

  const Blocked& view() const { return view_; }

 private:
  AlignedVector<float> values_;
  Blocked view_;
};

/// What a batch leaves in each layer on its way.
struct LayerActivations {
  BlockedBuffer values;     ///< after the activation
  BlockedBuffer inputs;     ///< before it, where the derivative needs that
  BlockedBuffer gradients;  ///< of the loss, before the activation

  LayerActivations(const LayerSpec& layer, std::size_t rows, bool training)
      : values(layer.outputs, rows),
        inputs(layer.outputs, panels::derivative_needs_input(layer.activation.kind) ? rows : 0),
        gradients(layer.outputs, training ? rows : 0) {}
};

/// One layer's live parameters.
struct LiveLayer {
  LayerSpec spec;
  AlignedVector<float> weights;
  AlignedVector<float> transposed;  ///< empty where no backward pass goes through the layer
  AlignedVector<float> bias;
  std::array<AlignedVector<float>, kernels::kMaxStateSlots> weight_state;
  std::array<AlignedVector<float>, kernels::kMaxStateSlots> bias_state;
  AlignedVector<float> gradient;  ///< staged plan only
  AlignedVector<float> bias_gradient;
  std::size_t group = 0;
  bool trained = false;

  panels::LayerParameters parameters() {
    panels::LayerParameters view{.weights = weights.data(),
                                 .transposed = transposed.empty() ? nullptr : transposed.data(),
                                 .bias = bias.data(),
                                 .inputs = spec.inputs,
                                 .outputs = spec.outputs};
    for (std::size_t slot = 0; slot < kernels::kMaxStateSlots; ++slot) {
      view.weight_state[slot] = weight_state[slot].empty() ? nullptr : weight_state[slot].data();
      view.bias_state[slot] = bias_state[slot].empty() ? nullptr : bias_state[slot].data();
    }
    return view;
  }
};

/// A piece of a step between two barriers: one operation by columns, or a run of them by rows.
struct Phase {
  enum class Kind { forward, loss, backward };
  struct Operation {
    Kind kind;
    std::size_t layer;
  };
  bool by_columns;
  std::vector<Operation> operations;
};

class PanelsEngine final : public Engine {
 public:
  explicit PanelsEngine(EnginePlan plan)
      : plan_(std::move(plan)),
        team_(plan_.threads),
        capacity_(std::ranges::max(plan_.train_batch_sizes)),
        factor_(padded_with_zeros(plan_.scaler.factor())),
        offset_(padded_with_zeros(plan_.scaler.offset())),
        row_losses_(capacity_, 0.0F),
        threads_(static_cast<std::size_t>(plan_.threads)) {
    for (BlockedBuffer* batch : {&batches_[0], &batches_[1]}) {
      *batch = BlockedBuffer(plan_.model.inputs, capacity_);
    }
    build_layers();
    plan_phases();
    gathered_rows_.reserve(capacity_);
    for (ThreadState& thread : threads_) {
      thread.softmax_scratch.resize(kernels::softmax_scratch_size(plan_.model.classes));
      thread.labels.reserve(std::max(kEvaluationRows, chunk_rows_));
      thread.logits.resize(std::max(kEvaluationRows, chunk_rows_) * plan_.model.classes);
      thread.batch = BlockedBuffer(plan_.model.inputs, kEvaluationRows);
      for (const LiveLayer& layer : layers_) {
        thread.activations.emplace_back(layer.spec, kEvaluationRows, false);
      }
    }
  }

  void import_parameters(const Parameters& parameters) override {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      LiveLayer& layer = layers_[l];
      to_panels(parameters, l, layer.weights, layer.bias);
      const MatrixView<const float> weight = parameters.weight(l);
      for (std::size_t o = 0; !layer.transposed.empty() && o < weight.rows(); ++o) {
        for (std::size_t i = 0; i < weight.columns(); ++i) {
          layer.transposed[panels::panel_index(layer.spec.outputs, i, o)] = weight(o, i);
        }
      }
    }
    import_state(initial_state(plan_.model.layers(), plan_.groups));
  }

  void export_parameters(Parameters& parameters) const override {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      from_panels(layers_[l].weights, layers_[l].bias, parameters, l);
    }
  }

  void import_state(const OptimizerState& state) override {
    for (std::size_t slot = 0; slot < state.slots.size(); ++slot) {
      for (std::size_t l = 0; l < layers_.size(); ++l) {
        if (LiveLayer& layer = layers_[l]; !layer.weight_state[slot].empty()) {
          to_panels(state.slots[slot], l, layer.weight_state[slot], layer.bias_state[slot]);
        }
      }
    }
  }

  OptimizerState export_state() const override {
    OptimizerState state = initial_state(plan_.model.layers(), plan_.groups);
    for (std::size_t slot = 0; slot < state.slots.size(); ++slot) {
      for (std::size_t l = 0; l < layers_.size(); ++l) {
        if (const LiveLayer& layer = layers_[l]; !layer.weight_state[slot].empty()) {
          from_panels(layer.weight_state[slot], layer.bias_state[slot], state.slots[slot], l);
        }
      }
    }
    return state;
  }

  LossSums train_step(const Batch& batch, std::span<const kernels::OptimizerUpdate> updates) override {
    if (std::ranges::find(plan_.train_batch_sizes, batch.rows.size()) == plan_.train_batch_sizes.end()) {
      throw failed_error("a batch of {} rows was not planned for", batch.rows.size());
    }
    const bool gathered =
        gathered_from_ == batch.samples.features.data() && std::ranges::equal(gathered_rows_, batch.rows);
    if (gathered) {
      std::swap(batches_[0], batches_[1]);
    }
    team_.run([&](int thread) { step_on(thread, batch, gathered, updates); });
    gathered_from_ = batch.samples.features.data();
    gathered_rows_.assign(batch.next_rows.begin(), batch.next_rows.end());
    LossSums sums{kernels::sum_in_blocks(std::span(row_losses_).first(batch.rows.size())), 0};
    for (const ThreadState& thread : threads_) {
      sums.correct += thread.correct;
    }
    return sums;
  }

  LossSums evaluate(const SamplesView& samples, std::span<const std::uint32_t> rows) override {
    AlignedVector<float> row_losses(rows.size());
    team_.run([&](int thread) {
      ThreadState& state = threads_[static_cast<std::size_t>(thread)];
      state.correct = 0;
      const Range mine = share(rows.size(), thread, team_.size());
      for (std::size_t first = mine.first; first < mine.last; first += kEvaluationRows) {
        const std::size_t count = std::min(kEvaluationRows, mine.last - first);
        evaluate_chunk(state, samples, rows.subspan(first, count), std::span(row_losses).subspan(first, count));
      }
    });
    LossSums sums{kernels::sum_in_blocks(row_losses), 0};
    for (const ThreadState& thread : threads_) {
      sums.correct += thread.correct;
    }
    return sums;
  }

  std::string name() const override { return "panels"; }

 private:
  /// What one thread has to itself.
  struct alignas(64) ThreadState {
    std::size_t correct = 0;
    AlignedVector<float> softmax_scratch;
    AlignedVector<float> logits;  ///< row-major copy of a chunk's, for more classes than a block holds
    std::vector<std::uint32_t> labels;
    BlockedBuffer batch{0, 0};  ///< evaluation's
    std::vector<LayerActivations> activations;
  };

  /// Layer l of `from`, weights and biases; padding stays as it is, zero.
  static void to_panels(const Parameters& from, std::size_t l, AlignedVector<float>& weights,
                        AlignedVector<float>& bias) {
    const MatrixView<const float> weight = from.weight(l);
    for (std::size_t o = 0; o < weight.rows(); ++o) {
      for (std::size_t i = 0; i < weight.columns(); ++i) {
        weights[panels::panel_index(weight.columns(), o, i)] = weight(o, i);
      }
    }
    std::ranges::copy(from.bias(l), bias.begin());
  }

  static void from_panels(const AlignedVector<float>& weights, const AlignedVector<float>& bias, Parameters& to,
                          std::size_t l) {
    const MatrixView<float> weight = to.weight(l);
    for (std::size_t o = 0; o < weight.rows(); ++o) {
      for (std::size_t i = 0; i < weight.columns(); ++i) {
        weight(o, i) = weights[panels::panel_index(weight.columns(), o, i)];
      }
    }
    std::copy_n(bias.begin(), weight.rows(), to.bias(l).begin());
  }

  static AlignedVector<float> padded_with_zeros(const std::vector<float>& values) {
    AlignedVector<float> result(panels::padded(values.size()), 0.0F);
    std::ranges::copy(values, result.begin());
    return result;
  }

  // ---- set-up ----

  void build_layers() {
    for (std::size_t l = 0; l < plan_.model.layer_count(); ++l) {
      LiveLayer& layer = layers_.emplace_back();
      layer.spec = plan_.model.layer(l);
      const auto group =
          std::ranges::find_if(plan_.groups, [&](const ParameterGroup& g) { return g.first <= l && l <= g.last; });
      layer.group = static_cast<std::size_t>(group - plan_.groups.begin());
      layer.trained = !is_frozen(group->optimizer);
      if (layer.trained) {
        lowest_trained_ = std::min(lowest_trained_, l);
      }
      const std::size_t size = panels::panel_floats(layer.spec.inputs, layer.spec.outputs);
      const std::size_t outputs = panels::padded(layer.spec.outputs);
      layer.weights.assign(size, 0.0F);
      layer.bias.assign(outputs, 0.0F);
      if (l > lowest_trained_) {
        layer.transposed.assign(size, 0.0F);
      }
      const std::size_t slots = find_optimizer(group->optimizer.name).state(group->optimizer).size();
      for (std::size_t slot = 0; slot < slots; ++slot) {
        layer.weight_state[slot].assign(size, 0.0F);
        layer.bias_state[slot].assign(outputs, 0.0F);
      }
      if (plan_.staged) {
        layer.gradient.assign(size, 0.0F);
        layer.bias_gradient.assign(outputs, 0.0F);
      }
      activations_.emplace_back(layer.spec, capacity_, true);
    }
  }

  bool by_columns(const LiveLayer& layer) const {
    return team_.size() > 1 && layer.spec.inputs * layer.spec.outputs >= kColumnFloats;
  }

  void plan_phases() {
    const auto add = [&](Phase::Kind kind, std::size_t layer, bool columns) {
      if (columns || phases_.empty() || phases_.back().by_columns) {
        phases_.push_back({columns, {}});
      }
      phases_.back().operations.push_back({kind, layer});
    };
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      add(Phase::Kind::forward, l, by_columns(layers_[l]));
    }
    add(Phase::Kind::loss, layers_.size() - 1, false);
    for (std::size_t l = layers_.size() - 1; l > lowest_trained_; --l) {
      add(Phase::Kind::backward, l, by_columns(layers_[l]));
    }
    std::size_t widest = 0;
    for (const LiveLayer& layer : layers_) {
      widest = std::max(widest, layer.spec.inputs + layer.spec.outputs);
    }
    chunk_rows_ = std::clamp<std::size_t>(kChunkFloats / widest, 24, capacity_ < 24 ? 24 : capacity_);
  }

  // ---- a step, as one thread sees it ----

  void step_on(int thread, const Batch& batch, bool gathered, std::span<const kernels::OptimizerUpdate> updates) {
    ThreadState& state = threads_[static_cast<std::size_t>(thread)];
    state.correct = 0;
    const std::size_t rows = batch.rows.size();
    const Range mine = share(rows, thread, team_.size());
    if (!gathered) {
      gather(batch.samples, batch.rows, batches_[0], mine);
      team_.barrier();
    }
    for (const Phase& phase : phases_) {
      if (phase.by_columns) {
        columns(phase.operations.front(), rows, thread);
      } else {
        for (std::size_t first = mine.first; first < mine.last; first += chunk_rows_) {
          const Range chunk{first, std::min(first + chunk_rows_, mine.last)};
          for (const Phase::Operation& operation : phase.operations) {
            compute(operation, batch, chunk, state);
          }
        }
      }
      team_.barrier();
    }
    update(rows, thread, updates);
    gather(batch.samples, batch.next_rows, batches_[1], share(batch.next_rows.size(), thread, team_.size()));
  }

  void gather(const SamplesView& samples, std::span<const std::uint32_t> rows, const BlockedBuffer& batch, Range mine) {
    panels::gather_blocked(samples.features, rows.subspan(mine.first, mine.size()), factor_.data(), offset_.data(),
                           batch.view(), mine.first);
  }

  /// This thread's share of a product's panels, over all rows; a panel that two threads share is divided by rows.
  void columns(const Phase::Operation& operation, std::size_t rows, int thread) {
    const LiveLayer& layer = layers_[operation.layer];
    const bool forward = operation.kind == Phase::Kind::forward;
    const std::size_t count = panels::blocks_of(forward ? layer.spec.outputs : layer.spec.inputs);
    const Range mine = share(count * rows, thread, team_.size());
    const std::size_t first = mine.first / rows;
    const std::size_t last = mine.last / rows;
    const auto part = [&](Range part_rows, Range part_panels) {
      for (std::size_t row = part_rows.first; row < part_rows.last; row += chunk_rows_) {
        product(operation, {row, std::min(row + chunk_rows_, part_rows.last)}, part_panels, activations_,
                batches_[0].view());
      }
    };
    if (first == last) {
      part({mine.first % rows, mine.last % rows}, {first, first + 1});
      return;
    }
    const bool whole_first = mine.first % rows == 0;
    if (!whole_first) {
      part({mine.first % rows, rows}, {first, first + 1});
    }
    part({0, rows}, {whole_first ? first : first + 1, last});
    if (mine.last % rows != 0) {
      part({0, mine.last % rows}, {last, last + 1});
    }
  }

  /// An operation on whole rows.
  void compute(const Phase::Operation& operation, const Batch& batch, Range rows, ThreadState& state) {
    const LiveLayer& layer = layers_[operation.layer];
    switch (operation.kind) {
      case Phase::Kind::forward:
        product(operation, rows, {0, panels::blocks_of(layer.spec.outputs)}, activations_, batches_[0].view());
        break;
      case Phase::Kind::loss:
        loss(batch.samples, batch.rows, rows, activations_.back(),
             std::span(row_losses_).subspan(rows.first, rows.size()), true, state);
        break;
      case Phase::Kind::backward:
        product(operation, rows, {0, panels::blocks_of(layer.spec.inputs)}, activations_, batches_[0].view());
        break;
    }
  }

  /// A layer's values from those below it, or the gradients below it from its own, for some rows and panels.
  void product(const Phase::Operation& operation, Range rows, Range blocks, std::vector<LayerActivations>& activations,
               const Blocked& batch) {
    const std::size_t l = operation.layer;
    const LiveLayer& layer = layers_[l];
    LayerActivations& here = activations[l];
    if (operation.kind == Phase::Kind::forward) {
      panels::multiply({.src = l == 0 ? batch : activations[l - 1].values.view(),
                        .weights = layer.weights.data(),
                        .initial = layer.bias.data(),
                        .dst = here.values.view(),
                        .terms = layer.spec.inputs},
                       rows, blocks);
      panels::activate(layer.spec.activation, here.values.view(), here.inputs.view(), rows, blocks);
    } else {
      LayerActivations& below = activations[l - 1];
      panels::multiply({.src = here.gradients.view(),
                        .weights = layer.transposed.data(),
                        .dst = below.gradients.view(),
                        .terms = layer.spec.outputs},
                       rows, blocks);
      panels::multiply_by_derivative(layers_[l - 1].spec.activation, below.values.view(), below.inputs.view(),
                                     below.gradients.view(), rows, blocks);
    }
  }

  /// Losses of rows `range` of the batch `rows`, and their logit gradients if `training`.
  void loss(const SamplesView& samples, std::span<const std::uint32_t> rows, Range range, LayerActivations& output,
            std::span<float> row_losses, bool training, ThreadState& state) {
    const std::size_t classes = plan_.model.classes;
    state.labels.clear();
    for (std::size_t row = range.first; row < range.last; ++row) {
      state.labels.push_back(samples.labels[rows[row]]);
    }
    const Blocked values = output.values.view();
    const Blocked gradients = output.gradients.view();
    const auto batch = static_cast<float>(rows.size());
    if (classes <= panels::kWidth) {
      const MatrixView<float> diff =
          training ? MatrixView<float>(gradients.at(0, range.first), range.size(), classes, panels::kWidth)
                   : MatrixView<float>();
      state.correct +=
          kernels::softmax_cross_entropy({values.at(0, range.first), range.size(), classes, panels::kWidth},
                                         state.labels, batch, diff, row_losses, state.softmax_scratch);
      return;
    }
    const MatrixView<float> logits(state.logits.data(), range.size(), classes);
    for (std::size_t row = 0; row < range.size(); ++row) {
      for (std::size_t c = 0; c < classes; ++c) {
        logits(row, c) = values(range.first + row, c);
      }
    }
    state.correct += kernels::softmax_cross_entropy(
        logits, state.labels, batch, training ? logits : MatrixView<float>(), row_losses, state.softmax_scratch);
    for (std::size_t row = 0; training && row < range.size(); ++row) {
      for (std::size_t c = 0; c < classes; ++c) {
        gradients(range.first + row, c) = logits(row, c);
      }
    }
  }

  /// This thread's tiles of every trained layer.
  void update(std::size_t rows, int thread, std::span<const kernels::OptimizerUpdate> updates) {
    for (std::size_t l = lowest_trained_; l < layers_.size(); ++l) {
      LiveLayer& layer = layers_[l];
      if (!layer.trained) {
        continue;
      }
      const Blocked src = l == 0 ? batches_[0].view() : activations_[l - 1].values.view();
      const Blocked diff_dst = activations_[l].gradients.view();
      const Range tiles = share(panels::tile_count(layer.spec.inputs, layer.spec.outputs), thread, team_.size());
      if (plan_.staged) {
        panels::gradient_tiles(layer.parameters(), src, diff_dst, rows, layer.gradient.data(),
                               layer.bias_gradient.data(), tiles);
        panels::apply_tiles(layer.parameters(), layer.gradient.data(), layer.bias_gradient.data(), updates[layer.group],
                            tiles);
      } else {
        panels::update_tiles(layer.parameters(), src, diff_dst, rows, updates[layer.group], tiles);
      }
    }
  }

  void evaluate_chunk(ThreadState& state, const SamplesView& samples, std::span<const std::uint32_t> rows,
                      std::span<float> row_losses) {
    const Range all{0, rows.size()};
    gather(samples, rows, state.batch, all);
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      product({Phase::Kind::forward, l}, all, {0, panels::blocks_of(layers_[l].spec.outputs)}, state.activations,
              state.batch.view());
    }
    loss(samples, rows, all, state.activations.back(), row_losses, false, state);
  }

  EnginePlan plan_;
  Team team_;
  std::size_t capacity_;  ///< rows of the largest batch
  AlignedVector<float> factor_;
  AlignedVector<float> offset_;
  std::array<BlockedBuffer, 2> batches_{BlockedBuffer(0, 0), BlockedBuffer(0, 0)};  ///< this step's and the next one's
  const std::uint8_t* gathered_from_ = nullptr;  ///< the pixels whose rows gathered_rows_ batches_[1] holds
  std::vector<std::uint32_t> gathered_rows_;
  std::vector<LiveLayer> layers_;
  std::vector<LayerActivations> activations_;
  AlignedVector<float> row_losses_;
  std::size_t lowest_trained_ = static_cast<std::size_t>(-1);
  std::vector<Phase> phases_;
  std::size_t chunk_rows_ = 0;
  std::vector<ThreadState> threads_;
};

}  // namespace

std::unique_ptr<Engine> make_panels_engine(EnginePlan plan) {
  if (kernels::instruction_set_name() == "baseline") {
    throw usage_error(
        "--engine panels needs a CPU with fused multiply-adds, and --isa other than baseline; use onednn");
  }
  return std::make_unique<PanelsEngine>(std::move(plan));
}

}  // namespace strata
