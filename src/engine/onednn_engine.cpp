// The engine of oneDNN's primitives: whole-batch primitives wired by hand, then our updates, group by group.

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "core/error.h"
#include "engine/engine.h"
#include "engine/live_layout.h"
#include "kernels/dropout.h"
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
/// Rows of a loss, and of dropout, that are worth a thread of their own.
constexpr std::size_t kLossGrain = 64;
constexpr std::size_t kDropoutGrain = 8;

/// The batch and its way through the network, for the largest batch.
struct Activations {
  AlignedVector<float> input;                   ///< (rows, inputs)
  std::vector<AlignedVector<float>> values;     ///< of each layer: (rows, outputs)
  std::vector<AlignedVector<float>> dropped;    ///< what dropout leaves of them; empty where there is none
  std::vector<AlignedVector<float>> gradients;  ///< of each layer: (rows, outputs)
  AlignedVector<float> row_losses;              ///< (rows)
  std::vector<std::uint32_t> labels;            ///< (rows)

  Activations(const ModelSpec& model, std::size_t rows)
      : input(rows * model.inputs, 0.0F), dropped(model.layer_count()), row_losses(rows, 0.0F), labels(rows) {
    for (const LayerSpec& layer : model.layers()) {
      values.emplace_back(rows * layer.outputs, 0.0F);
      gradients.emplace_back(rows * layer.outputs, 0.0F);
    }
  }

  /// For the rows of training.
  Activations(const EnginePlan& plan, std::size_t rows) : Activations(plan.model, rows) {
    for (std::size_t l = 0; l < values.size(); ++l) {
      dropped[l].assign(plan.dropout_rate(l) > 0 ? values[l].size() : 0, 0.0F);
    }
  }

  /// What the next layer reads.
  AlignedVector<float>& output(std::size_t layer) { return dropped[layer].empty() ? values[layer] : dropped[layer]; }
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
        trained_(plan_.trained_layers()),
        targets_(class_targets(plan_.loss, plan_.model.classes)),
        squares_(plan_.model.layers(), trained_),
        training_(plan_, std::ranges::max(plan_.train_batch_sizes)),
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
    for (std::size_t l = 0; l < layers.size(); ++l) {
      layers[l].forward();
      drop(l, batch, training_.values[l], training_.dropped[l]);
    }
    const LossSums sums = training_loss(batch);
    for (std::size_t l = layers.size(); l-- > lowest_trained_layer();) {
      drop(l, batch, training_.gradients[l], training_.gradients[l]);
      layers[l].backward();
    }
    update(updates, plan_.clip_norm ? clip_factor(*plan_.clip_norm, sum_of_squares()) : 1.0F);
    return sums;
  }

  LossSums evaluate(const SamplesView& samples, std::span<const std::uint32_t> rows) override {
    std::vector<float> losses(rows.size());
    LossSums sums;
    for_logits(samples, rows, [&](std::size_t first, std::size_t count) {
      sums.correct += row_losses(samples, rows.subspan(first, count), evaluation_, nullptr);
      std::copy_n(evaluation_.row_losses.begin(), count, losses.begin() + static_cast<std::ptrdiff_t>(first));
    });
    sums.loss = kernels::sum_in_blocks(losses);
    sums.weight = static_cast<double>(rows.size());
    return sums;
  }

  void predict(const SamplesView& samples, std::span<const std::uint32_t> rows,
               MatrixView<float> probabilities) override {
    for_logits(samples, rows, [&](std::size_t first, std::size_t count) {
      for_loss_rows(count, evaluation_, [&](Slice slice) {
        kernels::softmax(slice.logits, probabilities.rows(first + slice.first, slice.logits.rows()), slice.scratch);
      });
    });
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
    return static_cast<std::size_t>(std::ranges::find(trained_, true) - trained_.begin());
  }

  std::vector<onednn::DenseLayer> build_layers(std::size_t rows, Activations& pass, bool training) {
    std::vector<onednn::DenseLayer> layers;
    for (std::size_t l = 0; l < plan_.model.layer_count(); ++l) {
      const LayerSpec layer = plan_.model.layer(l);
      onednn::DenseBuffers buffers;
      buffers.src = l == 0 ? pass.input.data() : pass.output(l - 1).data();
      buffers.weights = weights_.data() + layout_.weights(l);
      buffers.bias = weights_.data() + layout_.bias(l);
      buffers.dst = pass.values[l].data();
      if (training && l >= lowest_trained_layer()) {
        buffers.diff_dst = pass.gradients[l].data();
        buffers.diff_src = l > lowest_trained_layer() ? pass.gradients[l - 1].data() : nullptr;
        if (trained_[l]) {
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
    });
  }

  /// dst = src with units of hidden layer l dropped, if any are.
  void drop(std::size_t l, const Batch& batch, const AlignedVector<float>& src, AlignedVector<float>& dst) {
    if (plan_.dropout_rate(l) == 0) {
      return;
    }
    const kernels::DropoutMask mask = kernels::dropout_mask(plan_.dropout_rate(l), plan_.seed, l, batch.step);
    const std::size_t rows = batch.rows.size();
    const std::size_t units = plan_.model.hidden[l];
    onednn::parallel(plan_.threads, [&](int thread, int count) {
      const auto [first, last] = onednn::share(rows, kDropoutGrain, thread, count);
      kernels::drop_units(mask, MatrixView<const float>(src.data(), rows, units).rows(first, last - first), first, 0,
                          MatrixView<float>(dst.data(), rows, units).rows(first, last - first));
    });
  }

  /// Calls use(first, count) once evaluation_ holds the logits of those of `rows`, chunk by chunk.
  template <class Use>
  void for_logits(const SamplesView& samples, std::span<const std::uint32_t> rows, Use&& use) {
    for (std::size_t first = 0; first < rows.size(); first += kEvaluationRows) {
      const std::size_t count = std::min(kEvaluationRows, rows.size() - first);
      gather(samples, rows.subspan(first, count), evaluation_);
      for (onednn::DenseLayer& layer : evaluation_layers_) {
        layer.forward();
      }
      use(first, count);
    }
  }

  /// One thread's part of a pass's logits, from row `first` on.
  struct Slice {
    std::size_t first;
    MatrixView<const float> logits;
    std::span<float> scratch;
  };

  /// Calls use(slice) for slices of the first `rows` rows on as many threads as they are worth.
  template <class Use>
  void for_loss_rows(std::size_t rows, const Activations& pass, Use&& use) {
    const MatrixView<const float> logits(pass.values.back().data(), rows, plan_.model.classes);
    const int threads = static_cast<int>(
        std::min<std::size_t>(static_cast<std::size_t>(plan_.threads), (rows + kLossGrain - 1) / kLossGrain));
    onednn::parallel(threads, [&](int thread, int count) {
      const auto [first, last] = onednn::share(rows, kLossGrain, thread, count);
      use(Slice{first, logits.rows(first, last - first),
                std::span(scratch_).subspan(static_cast<std::size_t>(thread) * scratch_size_, scratch_size_)});
    });
  }

  /// The loss that is trained, and its gradient at the logits.
  LossSums training_loss(const Batch& batch) {
    const double weight = loss_weight(plan_.loss, batch.samples.labels, batch.rows);
    const LossGradient gradient{&training_.gradients.back(), static_cast<float>(weight),
                                targets_ ? &*targets_ : nullptr};
    const std::size_t correct = row_losses(batch.samples, batch.rows, training_, &gradient);
    return {kernels::sum_in_blocks(std::span(training_.row_losses).first(batch.rows.size())), correct, weight};
  }

  /// What training asks of the loss.
  struct LossGradient {
    AlignedVector<float>* logits;  ///< where the gradients at the logits go
    float divisor;                 ///< of the batch's sum of losses
    const kernels::ClassTargets* targets;
  };

  /// The losses of `rows` into pass.row_losses, and their gradients unless `gradient` is null. Returns those correct.
  std::size_t row_losses(const SamplesView& samples, std::span<const std::uint32_t> rows, Activations& pass,
                         const LossGradient* gradient) {
    const MatrixView<float> diff_logits =
        gradient ? MatrixView<float>(gradient->logits->data(), rows.size(), plan_.model.classes) : MatrixView<float>();
    std::atomic<std::size_t> correct = 0;
    for_loss_rows(rows.size(), pass, [&](Slice slice) {
      const std::size_t size = slice.logits.rows();
      const auto labels = std::span(pass.labels).subspan(slice.first, size);
      std::ranges::transform(rows.subspan(slice.first, size), labels.begin(),
                             [&](std::uint32_t row) { return samples.labels[row]; });
      correct += kernels::softmax_cross_entropy(slice.logits, labels, gradient ? gradient->divisor : 1.0F,
                                                gradient ? diff_logits.rows(slice.first, size) : MatrixView<float>(),
                                                std::span(pass.row_losses).subspan(slice.first, size), slice.scratch,
                                                gradient ? gradient->targets : nullptr);
    });
    return correct;
  }

  /// Of the gradients of every trained layer.
  double sum_of_squares() {
    onednn::parallel(plan_.threads, [&](int thread, int count) {
      for (std::size_t l = 0; l < trained_.size(); ++l) {
        const LayerSpec layer = plan_.model.layer(l);
        const auto [first, last] = onednn::share(layer.outputs, kAlignment / sizeof(float), thread, count);
        if (trained_[l] && first < last) {
          squares_.fill(l, first,
                        MatrixView<const float>(gradients_.data() + layout_.weights(l) + first, layer.inputs,
                                                last - first, layer.outputs),
                        std::span(gradients_).subspan(layout_.bias(l) + first, last - first));
        }
      }
    });
    return squares_.sum();
  }

  void update(std::span<const kernels::OptimizerUpdate> updates, float gradient_scale) {
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
        kernels::OptimizerUpdate scaled = updates[g];
        scaled.gradient_scale = gradient_scale;
        kernels::apply_update(scaled, std::span(weights_).subspan(group.first + first, size),
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
  std::vector<bool> trained_;     ///< of each layer
  std::optional<kernels::ClassTargets> targets_;
  GradientSquares squares_;
  Activations training_;
  Activations evaluation_;
  onednn::Context context_;
  std::vector<Pass> passes_;
  std::vector<onednn::DenseLayer> evaluation_layers_;
};

}  // namespace

std::unique_ptr<Engine> make_onednn_engine(EnginePlan plan) { return std::make_unique<OnednnEngine>(std::move(plan)); }

}  // namespace strata
