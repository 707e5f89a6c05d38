// The engine of oneDNN's primitives: whole-batch primitives wired by hand, then our updates, group by group.

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <utility>

#include "core/error.h"
#include "engine/engine.h"
#include "engine/live_layout.h"
#include "kernels/gather.h"
#include "kernels/onednn/dense_layer.h"
#include "kernels/onednn/threads.h"
#include "kernels/onednn/version.h"
#include "kernels/softmax_cross_entropy.h"

namespace strata {

namespace {

namespace onednn = kernels::onednn;

/// Rows that evaluation takes at once; the last chunk computes all of them and counts only those it has.
constexpr std::size_t kEvaluationRows = 512;
/// Rows of a loss that are worth a thread of their own.
constexpr std::size_t kLossGrain = 64;

/// The batch and its way through the network, for the largest batch.
struct Activations {
  AlignedVector<float> input;                   ///< (rows, inputs)
  std::vector<AlignedVector<float>> values;     ///< of each layer: (rows, outputs)
  std::vector<AlignedVector<float>> gradients;  ///< of each layer: (rows, outputs)
  AlignedVector<float> row_losses;              ///< (rows)
  std::vector<std::uint32_t> labels;            ///< (rows)

  Activations(const ModelSpec& model, std::size_t rows)
      : input(rows * model.inputs, 0.0F), row_losses(rows, 0.0F), labels(rows) {
    for (const LayerSpec& layer : model.layers()) {
      values.emplace_back(rows * layer.outputs, 0.0F);
      gradients.emplace_back(rows * layer.outputs, 0.0F);
    }
  }
};

class OnednnEngine final : public Engine {
 public:
  explicit OnednnEngine(EnginePlan plan)
      : plan_(std::move(plan)),
        layout_(plan_.model.layers()),
        weights_(layout_.size(), 0.0F),
        gradients_(layout_.size(), 0.0F),
        factor_(plan_.scaler.factor()),
        offset_(plan_.scaler.offset()),
        scratch_size_(kernels::softmax_scratch_size(plan_.model.classes)),
        scratch_(scratch_size_ * static_cast<std::size_t>(plan_.threads)),
        training_(plan_.model, std::ranges::max(plan_.train_batch_sizes)),
        evaluation_(plan_.model, kEvaluationRows) {
    onednn::use_threads(plan_.threads);
    for (const ParameterGroup& group : plan_.groups) {
      const auto [first, last] = layout_.span_of(group.first, group.last);
      GroupState& state = groups_.emplace_back(GroupState{first, last, {}});
      const std::size_t slots = find_optimizer(group.optimizer.name).state(group.optimizer).size();
      for (std::size_t slot = 0; slot < slots; ++slot) {
        state.slots[slot].assign(last - first, 0.0F);
      }
    }
    for (const std::size_t rows : plan_.train_batch_sizes) {
      passes_.push_back({rows, build_layers(rows, training_, true)});
    }
    evaluation_layers_ = build_layers(kEvaluationRows, evaluation_, false);
  }

  void import_parameters(const Parameters& parameters) override {
    layout_.from_canonical(parameters, weights_);
    import_state(initial_state(plan_.model.layers(), plan_.groups));
  }

  void export_parameters(Parameters& parameters) const override { layout_.to_canonical(weights_, parameters); }

  void import_state(const OptimizerState& state) override {
    AlignedVector<float> arena(layout_.size(), 0.0F);
    for (std::size_t slot = 0; slot < state.slots.size(); ++slot) {
      layout_.from_canonical(state.slots[slot], arena);
      for (GroupState& group : groups_) {
        std::copy_n(arena.data() + group.first, group.slots[slot].size(), group.slots[slot].data());
      }
    }
  }

  OptimizerState export_state() const override {
    OptimizerState state = initial_state(plan_.model.layers(), plan_.groups);
    AlignedVector<float> arena(layout_.size());
    for (std::size_t slot = 0; slot < state.slots.size(); ++slot) {
      std::ranges::fill(arena, 0.0F);
      for (const GroupState& group : groups_) {
        std::ranges::copy(group.slots[slot], arena.data() + group.first);
      }
      layout_.to_canonical(arena, state.slots[slot]);
    }
    return state;
  }

  LossSums train_step(const Batch& batch, std::span<const kernels::OptimizerUpdate> updates) override {
    std::vector<onednn::DenseLayer>& layers = training_layers(batch.rows.size());
    gather(batch.samples, batch.rows, training_);
    for (onednn::DenseLayer& layer : layers) {
      layer.forward();
    }
    const LossSums sums = loss(batch.rows.size(), training_, &training_.gradients.back());
    for (std::size_t l = layers.size(); l-- > lowest_trained_layer();) {
      layers[l].backward();
    }
    update(updates);
    return sums;
  }

  LossSums evaluate(const SamplesView& samples, std::span<const std::uint32_t> rows) override {
    std::vector<float> row_losses(rows.size());
    LossSums sums;
    for (std::size_t first = 0; first < rows.size(); first += kEvaluationRows) {
      const std::size_t count = std::min(kEvaluationRows, rows.size() - first);
      gather(samples, rows.subspan(first, count), evaluation_);
      for (onednn::DenseLayer& layer : evaluation_layers_) {
        layer.forward();
      }
      sums.correct += loss(count, evaluation_, nullptr).correct;
      std::copy_n(evaluation_.row_losses.begin(), count, row_losses.begin() + static_cast<std::ptrdiff_t>(first));
    }
    sums.loss = kernels::sum_in_blocks(row_losses);
    return sums;
  }

  std::string name() const override { return "onednn " + onednn::version(); }

 private:
  /// A group's part of the arena, and its optimizer state.
  struct GroupState {
    std::size_t first;
    std::size_t last;
    std::array<AlignedVector<float>, kernels::kMaxStateSlots> slots;
  };

  struct Pass {
    std::size_t rows;
    std::vector<onednn::DenseLayer> layers;
  };

  /// Below it every layer is frozen and needs no backward pass.
  std::size_t lowest_trained_layer() const {
    for (const ParameterGroup& group : plan_.groups) {
      if (!is_frozen(group.optimizer)) {
        return group.first;
      }
    }
    return plan_.model.layer_count();
  }

  bool trained(std::size_t layer) const {
    return std::ranges::any_of(plan_.groups, [&](const ParameterGroup& group) {
      return group.first <= layer && layer <= group.last && !is_frozen(group.optimizer);
    });
  }

  std::vector<onednn::DenseLayer> build_layers(std::size_t rows, Activations& pass, bool training) {
    std::vector<onednn::DenseLayer> layers;
    for (std::size_t l = 0; l < plan_.model.layer_count(); ++l) {
      const LayerSpec layer = plan_.model.layer(l);
      onednn::DenseBuffers buffers;
      buffers.src = l == 0 ? pass.input.data() : pass.values[l - 1].data();
      buffers.weights = weights_.data() + layout_.weights(l);
      buffers.bias = weights_.data() + layout_.bias(l);
      buffers.dst = pass.values[l].data();
      if (training && l >= lowest_trained_layer()) {
        buffers.diff_dst = pass.gradients[l].data();
        buffers.diff_src = l > lowest_trained_layer() ? pass.gradients[l - 1].data() : nullptr;
        if (trained(l)) {
          buffers.diff_weights = gradients_.data() + layout_.weights(l);
          buffers.diff_bias = gradients_.data() + layout_.bias(l);
        }
      }
      layers.emplace_back(context_, onednn::DenseShape{rows, layer.inputs, layer.outputs, layer.activation}, buffers);
    }
    return layers;
  }

  std::vector<onednn::DenseLayer>& training_layers(std::size_t rows) {
    const auto pass = std::ranges::find(passes_, rows, &Pass::rows);
    if (pass == passes_.end()) {
      throw failed_error("a batch of {} rows was not planned for", rows);
    }
    return pass->layers;
  }

  void gather(const SamplesView& samples, std::span<const std::uint32_t> rows, Activations& pass) {
    onednn::parallel(plan_.threads, [&](int thread, int count) {
      const auto [first, last] = onednn::share(rows.size(), 1, thread, count);
      const MatrixView<float> input(pass.input.data(), rows.size(), plan_.model.inputs);
      kernels::gather_standardise(samples.features, rows.subspan(first, last - first), factor_, offset_,
                                  input.rows(first, last - first));
      for (std::size_t i = first; i < last; ++i) {
        pass.labels[i] = samples.labels[rows[i]];
      }
    });
  }

  /// The first `rows` rows' losses into pass.row_losses, their logit gradients into `gradient` unless it is null.
  LossSums loss(std::size_t rows, Activations& pass, AlignedVector<float>* gradient) {
    const std::size_t classes = plan_.model.classes;
    const MatrixView<const float> logits(pass.values.back().data(), rows, classes);
    const MatrixView<float> diff_logits =
        gradient ? MatrixView<float>(gradient->data(), rows, classes) : MatrixView<float>();
    const std::span<const std::uint32_t> labels(pass.labels);
    std::atomic<std::size_t> correct = 0;
    const int threads = static_cast<int>(
        std::min<std::size_t>(static_cast<std::size_t>(plan_.threads), (rows + kLossGrain - 1) / kLossGrain));
    onednn::parallel(threads, [&](int thread, int count) {
      const auto [first, last] = onednn::share(rows, kLossGrain, thread, count);
      const std::size_t size = last - first;
      correct += kernels::softmax_cross_entropy(
          logits.rows(first, size), labels.subspan(first, size), static_cast<float>(rows),
          gradient ? diff_logits.rows(first, size) : MatrixView<float>(),
          std::span(pass.row_losses).subspan(first, size),
          std::span(scratch_).subspan(static_cast<std::size_t>(thread) * scratch_size_, scratch_size_));
    });
    return {kernels::sum_in_blocks(std::span(pass.row_losses).first(rows)), correct};
  }

  void update(std::span<const kernels::OptimizerUpdate> updates) {
    onednn::parallel(plan_.threads, [&](int thread, int count) {
      for (std::size_t g = 0; g < groups_.size(); ++g) {
        GroupState& group = groups_[g];
        const auto [first, last] = onednn::share(group.last - group.first, kAlignment, thread, count);
        const std::size_t size = last - first;
        std::array<std::span<float>, kernels::kMaxStateSlots> state;
        for (std::size_t slot = 0; slot < state.size(); ++slot) {
          if (!group.slots[slot].empty()) {
            state[slot] = std::span(group.slots[slot]).subspan(first, size);
          }
        }
        kernels::apply_update(updates[g], std::span(weights_).subspan(group.first + first, size),
                              std::span(gradients_).subspan(group.first + first, size), state);
      }
    });
  }

  EnginePlan plan_;
  LiveLayout layout_;
  AlignedVector<float> weights_;
  AlignedVector<float> gradients_;
  std::vector<GroupState> groups_;
  std::vector<float> factor_;
  std::vector<float> offset_;
  std::size_t scratch_size_;
  AlignedVector<float> scratch_;  ///< scratch_size_ for each thread
  Activations training_;
  Activations evaluation_;
  onednn::Context context_;
  std::vector<Pass> passes_;
  std::vector<onednn::DenseLayer> evaluation_layers_;
};

}  // namespace

std::unique_ptr<Engine> make_onednn_engine(EnginePlan plan) { return std::make_unique<OnednnEngine>(std::move(plan)); }

}  // namespace strata
