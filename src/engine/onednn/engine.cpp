// The engine of oneDNN's primitives: whole-batch primitives wired by hand, then our updates, group by group.

#include "engine/onednn/engine.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "core/error.h"
#include "engine/batch_division.h"
#include "engine/gradients.h"
#include "engine/onednn/buffers.h"
#include "engine/rank_sums.h"
#include "engine/standardiser.h"
#include "kernels/denormals.h"
#include "kernels/dropout.h"
#include "kernels/onednn/cpu_isa.h"
#include "kernels/onednn/dense_layer.h"
#include "kernels/onednn/threads.h"

namespace strata {

namespace {

namespace onednn = kernels::onednn;
using kernels::Precision;

/// Rows that evaluation takes at once; the last chunk computes all of them and counts only those it has.
constexpr std::size_t kEvaluationRows = 512;
/// Rows of a loss, and of dropout, that are worth a thread of their own.
constexpr std::size_t kLossGrain = 64;
constexpr std::size_t kDropoutGrain = 8;
/// Inputs whose weights one thread packs together: they come in pairs.
constexpr std::size_t kPackGrain = 2;
/// Weights that are updated before they are packed: with gradient and state they fit in half of a small first cache.
constexpr std::size_t kPackedWeights = 1024;

class OnednnEngine final : public Engine {
 public:
  explicit OnednnEngine(EnginePlan plan)
      : plan_(std::move(plan)),
        layout_(plan_.model.layers()),
        weights_(layout_.size(), 0.0F),
        gradients_(layout_.size(), 0.0F),
        standardiser_(plan_.scaler),
        trained_(plan_.trained_layers()),
        squares_(plan_.model.layers(), trained_),
        divisions_(divide_batches(plan_.train_batch_sizes, plan_.ranks, BatchDivision::Adding::by_rank)),
        training_(plan_, std::ranges::max(own_sizes(plan_.train_batch_sizes, divisions_, plan_.ranks)),
                  OnednnActivations::Use::training),
        evaluation_(plan_, kEvaluationRows, OnednnActivations::Use::evaluation),
        name_("onednn " + onednn::version() + bf16_name(plan_.precision)) {
    onednn::use_threads(plan_.threads);
    for (int thread = 0; thread < plan_.threads; ++thread) {
      losses_.emplace_back(plan_.task, plan_.loss, plan_.model.outputs, largest_slice());
    }
    if (plan_.ranks != nullptr) {
      exchange_.emplace(*plan_.ranks, gradients_, buckets(), divisions_);
    }
    for (const ParameterGroup& group : plan_.groups) {
      const auto [first, last] = layout_.span_of(group.first, group.last);
      GroupState& state = groups_.emplace_back(GroupState{first, last, {}});
      const std::size_t slots = group.optimizer.state().size();
      for (std::size_t slot = 0; slot < slots; ++slot) {
        state.slots[slot].assign(last - first, 0.0F);
      }
    }
    for (const std::size_t rows : own_sizes(plan_.train_batch_sizes, divisions_, plan_.ranks)) {
      passes_.push_back(build_pass(rows, training_, true));
    }
    evaluation_pass_ = build_pass(kEvaluationRows, evaluation_, false);
  }

  void import_parameters(const Parameters& parameters) override {
    layout_.from_canonical(parameters, weights_);
    ++weights_version_;
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
    const kernels::DenormalsFlushed flushed;
    const double weight = loss_weight(plan_.loss, plan_.task.objective.kind, batch.samples, batch.rows);
    const BatchDivision* division = division_of(batch.rows.size());
    const BatchDivision::RowRange mine =
        division != nullptr ? division->rows_of(plan_.ranks->rank()) : BatchDivision::RowRange{0, batch.rows.size()};
    Pass& pass = training_pass(mine.size());
    last_rows_ = mine.size();
    if (division != nullptr) {
      exchange_->begin(*division);
    }
    if (mine.size() > 0) {
      forward_and_backward({batch.samples, batch.rows.subspan(mine.first, mine.size()), {}, batch.step, batch.flags},
                           mine.first, weight, pass);
    }
    const LossSums sums = division != nullptr ? complete_sums(*division, weight, batch.flags)
                                              : sums_of(training_.results(mine.size()), weight);
    const double squares = plan_.clip_norm || plan_.gradient_norms ? sum_of_squares() : 0;
    update(pass, updates, plan_.clip_norm ? clip_factor(*plan_.clip_norm, squares) : 1.0F);
    return sums;
  }

  double gradient_norm() const override { return plan_.clip_norm ? std::sqrt(squares_.sum()) : 0; }

  std::optional<std::size_t> first_non_finite_layer() override { return training_.first_non_finite_layer(last_rows_); }

  std::optional<std::size_t> first_non_finite_layer(const SamplesView& samples,
                                                    std::span<const std::uint32_t> rows) override {
    const kernels::DenormalsFlushed flushed;
    std::optional<std::size_t> first;
    for_outputs(samples, rows, [&](std::size_t, std::size_t count) {
      const auto layer = evaluation_.first_non_finite_layer(count);
      first = layer && (!first || *layer < *first) ? layer : first;
    });
    return first;
  }

  LossSums evaluate(const SamplesView& samples, std::span<const std::uint32_t> rows) override {
    const kernels::DenormalsFlushed flushed;
    const BatchDivision::RowRange mine = evaluation_rows(rows.size(), plan_.ranks);
    const auto own_rows = rows.subspan(mine.first, mine.size());
    std::vector<float> losses(own_rows.size());
    std::vector<float> figures(own_rows.size());
    for_outputs(samples, own_rows, [&](std::size_t first, std::size_t count) {
      const RowResults results{std::span(losses).subspan(first, count), std::span(figures).subspan(first, count)};
      for_loss_rows(count, evaluation_, [&](Slice slice) {
        slice.losses.evaluate(samples, own_rows.subspan(first + slice.first, slice.values.rows()), slice.values,
                              slice.of(results));
      });
    });
    if (gives_up()) {
      return {};
    }
    return plan_.ranks != nullptr ? sums_over_ranks(*plan_.ranks, rows.size(), {losses, figures})
                                  : sums_of({losses, figures}, static_cast<double>(rows.size()));
  }

  void predict(const SamplesView& samples, std::span<const std::uint32_t> rows,
               MatrixView<float> predictions) override {
    const kernels::DenormalsFlushed flushed;
    const BatchDivision::RowRange mine = evaluation_rows(rows.size(), plan_.ranks);
    for_outputs(samples, rows.subspan(mine.first, mine.size()), [&](std::size_t first, std::size_t count) {
      for_loss_rows(count, evaluation_, [&](Slice slice) {
        slice.losses.predict(slice.values, predictions.rows(mine.first + first + slice.first, slice.values.rows()));
      });
    });
    if (plan_.ranks != nullptr) {
      gather_rows(*plan_.ranks, predictions);
    }
  }

  int threads() const override { return plan_.threads; }

  std::vector<double> gradient_norms() const override { return squares_.norms(); }

  std::string name() const override { return name_; }

 private:
  /// body(thread, count) on oneDNN's threads, by the plan's instruction set.
  template <class Body>
  void on_threads(int threads, const Body& body) {
    onednn::parallel(threads, [&](int thread, int count) {
      const kernels::InstructionSetScope instructions(plan_.instruction_set);
      body(thread, count);
    });
  }

  /// A group's part of the arena, and its optimizer state.
  struct GroupState {
    std::size_t first;
    std::size_t last;
    std::array<AlignedVector<float>, kernels::kMaxStateSlots> slots;
  };

  /// The layers for one batch size, with their bf16 weights, if they have any.
  struct Pass {
    std::size_t rows = 0;
    std::vector<onednn::PackedWeights> packed;
    std::uint64_t packed_version = 0;  ///< of the weights that were packed
    std::vector<onednn::DenseLayer> layers;
  };

  static std::string bf16_name(Precision precision) {
    return precision == Precision::bf16 ? " in bf16 by " + onednn::require_bf16(onednn::bf16_features()) : "";
  }

  /// Below it every layer is frozen and needs no backward pass.
  std::size_t lowest_trained_layer() const {
    return static_cast<std::size_t>(std::ranges::find(trained_, true) - trained_.begin());
  }

  Pass build_pass(std::size_t rows, OnednnActivations& activations, bool training) {
    Pass pass;
    pass.rows = rows;
    for (std::size_t l = 0; l < plan_.model.layer_count(); ++l) {
      const LayerSpec layer = plan_.model.layer(l);
      onednn::DenseBuffers buffers;
      buffers.src = l == 0 ? activations.input.data() : activations.output(l - 1).data();
      buffers.weights = weights_.data() + layout_.weights(l);
      buffers.bias = weights_.data() + layout_.bias(l);
      buffers.dst = activations.values[l].data();
      if (plan_.precision == Precision::bf16) {
        buffers.packed =
            &pass.packed.emplace_back(context_, MatrixView<const float>(buffers.weights, layer.inputs, layer.outputs));
      }
      if (training && l >= lowest_trained_layer()) {
        buffers.diff_dst = activations.gradients[l].data();
        buffers.diff_src = l > lowest_trained_layer() ? activations.gradients[l - 1].data() : nullptr;
        if (trained_[l]) {
          float* const sums = exchange_ ? exchange_->sums(0).data() : gradients_.data();
          buffers.diff_weights = sums + layout_.weights(l);
          buffers.diff_bias = sums + layout_.bias(l);
        }
      }
      const onednn::DenseShape shape{
          rows, layer.inputs, layer.outputs, layer.activation, plan_.precision, activations.values[l].precision()};
      pass.layers.emplace_back(context_, shape, buffers);
    }
    return pass;
  }

  /// Where there are ranks, how they divide a batch of that size.
  const BatchDivision* division_of(std::size_t rows) const {
    const auto division = std::ranges::find(divisions_, rows, &BatchDivision::rows);
    return division != divisions_.end() ? &*division : nullptr;
  }

  /// This rank's rows of a batch, from row `first_row` of it on, all the way.
  void forward_and_backward(const Batch& batch, std::size_t first_row, double weight, Pass& pass) {
    gather(batch.samples, batch.rows, training_);
    pack_weights(pass);
    for (std::size_t l = 0; l < pass.layers.size(); ++l) {
      pass.layers[l].forward();
      drop(l, batch, first_row, training_.values[l], training_.output(l));
    }
    training_loss(batch, weight);
    for (std::size_t l = pass.layers.size(); l-- > lowest_trained_layer();) {
      drop(l, batch, first_row, training_.gradients[l], training_.gradients[l]);
      pass.layers[l].backward();
      if (exchange_ && trained_[l]) {
        exchange_->send_sums(bucket_of(l));
      }
    }
  }

  /// Buckets go from the uppermost trained layer down.
  std::size_t bucket_of(std::size_t layer) const {
    return static_cast<std::size_t>(
        std::count(trained_.begin() + static_cast<std::ptrdiff_t>(layer) + 1, trained_.end(), true));
  }

  std::vector<GradientExchange::Range> buckets() const {
    std::vector<GradientExchange::Range> ranges;
    for (std::size_t l = trained_.size(); l-- > 0;) {
      if (trained_[l]) {
        const auto [first, last] = layout_.span_of(l, l);
        ranges.push_back({first, last});
      }
    }
    return ranges;
  }

  /// This rank's sums become those of all ranks.
  LossSums complete_sums(const BatchDivision& division, double weight, std::uint32_t flags) {
    const std::size_t rows = division.rows_of(plan_.ranks->rank()).size();
    RankSums sums(*plan_.ranks, [&](int rank) { return division.rows_of(rank); });
    sums.start(training_.results(rows), flags);
    for (std::size_t bucket = 0; bucket < exchange_->buckets().size(); ++bucket) {
      exchange_->receive_sums(bucket);
      on_threads(plan_.threads, [&](int thread, int count) { exchange_->add(bucket, thread, count); });
      exchange_->send_totals(bucket);
    }
    exchange_->finish();
    return sums.finish(weight);
  }

  /// For this rank's rows of a step; if it has none, any.
  Pass& training_pass(std::size_t rows) {
    if (rows == 0) {
      return passes_.front();
    }
    const auto pass = std::ranges::find(passes_, rows, &Pass::rows);
    if (pass == passes_.end()) {
      throw failed_error("a batch of {} rows was not planned for", rows);
    }
    return *pass;
  }

  /// The bf16 weights that the pass reads, unless they are those of this version already.
  void pack_weights(Pass& pass) {
    if (pass.packed.empty() || pass.packed_version == weights_version_) {
      return;
    }
    on_threads(plan_.threads, [&](int thread, int count) {
      for (onednn::PackedWeights& weights : pass.packed) {
        const auto [first, last] = onednn::share(weights.inputs(), kPackGrain, thread, count);
        weights.pack(first, last);
      }
    });
    pack_others(pass);
  }

  /// The rest of packing, after which the pass has this version of the weights.
  void pack_others(Pass& pass) {
    for (onednn::PackedWeights& weights : pass.packed) {
      weights.pack_others();
    }
    pass.packed_version = weights_version_;
  }

  void gather(const SamplesView& samples, std::span<const std::uint32_t> rows, OnednnActivations& pass) {
    on_threads(plan_.threads, [&](int thread, int count) {
      const auto [first, last] = onednn::share(rows.size(), 1, thread, count);
      const auto part = rows.subspan(first, last - first);
      if (plan_.precision == Precision::bf16) {
        standardiser_.gather(samples.features, part, pass.input.bf16(rows.size()).rows(first, part.size()));
      } else {
        standardiser_.gather(samples.features, part, pass.input.f32(rows.size()).rows(first, part.size()));
      }
    });
  }

  /// dst = src with units of hidden layer l dropped, if any are.
  void drop(std::size_t l, const Batch& batch, std::size_t first_row, ActivationMatrix& src, ActivationMatrix& dst) {
    if (plan_.dropout_rate(l) == 0) {
      return;
    }
    const kernels::DropoutMask mask = kernels::dropout_mask(plan_.dropout_rate(l), plan_.seed, l, batch.step);
    const std::size_t rows = batch.rows.size();
    on_threads(plan_.threads, [&](int thread, int count) {
      const auto [first, last] = onednn::share(rows, kDropoutGrain, thread, count);
      if (plan_.precision == Precision::bf16) {
        kernels::drop_units(mask, src.bf16(rows).rows(first, last - first), first_row + first, 0,
                            dst.bf16(rows).rows(first, last - first));
      } else {
        kernels::drop_units(mask, src.f32(rows).rows(first, last - first), first_row + first, 0,
                            dst.f32(rows).rows(first, last - first));
      }
    });
  }

  /// Calls use(first, count) once evaluation_ holds the outputs of those of `rows`, chunk by chunk.
  template <class Use>
  void for_outputs(const SamplesView& samples, std::span<const std::uint32_t> rows, Use&& use) {
    for (std::size_t first = 0; first < rows.size() && !gives_up(); first += kEvaluationRows) {
      const std::size_t count = std::min(kEvaluationRows, rows.size() - first);
      gather(samples, rows.subspan(first, count), evaluation_);
      pack_weights(evaluation_pass_);
      for (onednn::DenseLayer& layer : evaluation_pass_.layers) {
        layer.forward();
      }
      use(first, count);
    }
  }

  /// One thread's part of a pass's outputs, from row `first` on.
  struct Slice {
    std::size_t first;
    MatrixView<const float> values;
    RowLosses& losses;

    /// The part of the results.
    RowResults of(const RowResults& results) const {
      return {results.losses.subspan(first, values.rows()), results.figures.subspan(first, values.rows())};
    }
  };

  /// Calls use(slice) for slices of the first `rows` rows on as many threads as they are worth.
  template <class Use>
  void for_loss_rows(std::size_t rows, OnednnActivations& pass, Use&& use) {
    const MatrixView<const float> values = pass.values.back().f32(rows);
    const int threads = static_cast<int>(
        std::min<std::size_t>(static_cast<std::size_t>(plan_.threads), (rows + kLossGrain - 1) / kLossGrain));
    on_threads(threads, [&](int thread, int count) {
      const auto [first, last] = onednn::share(rows, kLossGrain, thread, count);
      use(Slice{first, values.rows(first, last - first), losses_[static_cast<std::size_t>(thread)]});
    });
  }

  /// The most rows that a slice has.
  std::size_t largest_slice() const {
    return std::max(kEvaluationRows, std::ranges::max(own_sizes(plan_.train_batch_sizes, divisions_, plan_.ranks)));
  }

  /// The losses that are trained, and their gradients at the outputs.
  void training_loss(const Batch& batch, double weight) {
    const std::size_t rows = batch.rows.size();
    const MatrixView<float> gradients = output_gradients().f32(rows);
    for_loss_rows(rows, training_, [&](Slice slice) {
      const std::size_t size = slice.values.rows();
      const MatrixView<float> diff = gradients.rows(slice.first, size);
      slice.losses.train(batch.samples, batch.rows.subspan(slice.first, size), slice.values, weight, diff,
                         slice.of(training_.results(rows)));
      if (plan_.precision == Precision::bf16) {
        round_rows(diff, training_.gradients.back().bf16(rows).rows(slice.first, size));
      }
    });
  }

  static void round_rows(MatrixView<const float> src, MatrixView<kernels::Bf16> dst) {
    for (std::size_t r = 0; r < src.rows(); ++r) {
      kernels::round_to_bf16({src.row(r), src.columns()}, {dst.row(r), dst.columns()});
    }
  }

  /// Where the loss leaves its gradient, in fp32.
  ActivationMatrix& output_gradients() {
    return plan_.precision == Precision::bf16 ? training_.output_gradients : training_.gradients.back();
  }

  /// Of the gradients of every trained layer.
  double sum_of_squares() {
    on_threads(plan_.threads, [&](int thread, int count) {
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

  void update(Pass& pass, std::span<const kernels::OptimizerUpdate> updates, float gradient_scale) {
    on_threads(plan_.threads, [&](int thread, int count) {
      for (std::size_t g = 0; g < groups_.size(); ++g) {
        kernels::OptimizerUpdate scaled = updates[g];
        scaled.gradient_scale = gradient_scale;
        if (plan_.precision == Precision::bf16) {
          update_and_pack(g, scaled, pass, thread, count);
        } else {
          const auto [first, last] = onednn::share(groups_[g].last - groups_[g].first, kAlignment, thread, count);
          update_range(g, scaled, groups_[g].first + first, groups_[g].first + last);
        }
      }
    });
    ++weights_version_;
    if (plan_.precision == Precision::bf16) {
      pack_others(pass);
    }
  }

  /// The elements from `first` to before `last` of group g, each as a weight or a bias.
  void update_range(std::size_t g, const kernels::OptimizerUpdate& update, std::size_t first, std::size_t last) {
    if (update.weight_decay == kernels::WeightDecay::none || update.decay_bias) {
      update_part(groups_[g], update, first, last - first);
      return;
    }
    const auto part = [&](const kernels::OptimizerUpdate& its, std::size_t begin, std::size_t end) {
      const std::size_t from = std::max(begin, first);
      if (const std::size_t to = std::min(end, last); from < to) {
        update_part(groups_[g], its, from, to - from);
      }
    };
    for (std::size_t l = plan_.groups[g].first; l <= plan_.groups[g].last; ++l) {
      part(update, layout_.weights(l), layout_.bias(l));
      part(update.of_bias(), layout_.bias(l), layout_.span_of(l, l).second);
    }
  }

  /// `size` elements from `first` on, which lie in the group.
  void update_part(GroupState& group, const kernels::OptimizerUpdate& update, std::size_t first, std::size_t size) {
    std::array<std::span<float>, kernels::kMaxStateSlots> state;
    for (std::size_t slot = 0; slot < state.size(); ++slot) {
      if (!group.slots[slot].empty()) {
        state[slot] = std::span(group.slots[slot]).subspan(first - group.first, size);
      }
    }
    kernels::apply_update(update, std::span(weights_).subspan(first, size), std::span(gradients_).subspan(first, size),
                          state);
  }

  /// One thread's share of a group's layers, packed anew for the pass while the weights are in the nearest caches.
  void update_and_pack(std::size_t g, const kernels::OptimizerUpdate& update, Pass& pass, int thread, int count) {
    for (std::size_t l = plan_.groups[g].first; l <= plan_.groups[g].last; ++l) {
      const LayerSpec layer = plan_.model.layer(l);
      const auto [first, last] = onednn::share(layer.inputs, kPackGrain, thread, count);
      const std::size_t inputs = std::max(kPackGrain, kPackedWeights / layer.outputs / kPackGrain * kPackGrain);
      for (std::size_t i = first; i < last; i += inputs) {
        const std::size_t end = std::min(i + inputs, last);
        update_part(groups_[g], update, layout_.weights(l) + i * layer.outputs, (end - i) * layer.outputs);
        pass.packed[l].pack(i, end);
      }
      const auto [bias, bias_end] = onednn::share(layer.outputs, kAlignment, thread, count);
      update_part(groups_[g], update.of_bias(), layout_.bias(l) + bias, bias_end - bias);
    }
  }

  EnginePlan plan_;
  LiveLayout layout_;
  AlignedVector<float> weights_;
  AlignedVector<float> gradients_;
  std::vector<GroupState> groups_;
  Standardiser standardiser_;
  std::vector<bool> trained_;      ///< of each layer
  std::vector<RowLosses> losses_;  ///< of each thread
  GradientSquares squares_;
  std::vector<BatchDivision> divisions_;      ///< of each batch size, where there are ranks
  std::optional<GradientExchange> exchange_;  ///< likewise
  OnednnActivations training_;
  OnednnActivations evaluation_;
  std::string name_;
  onednn::Context context_;
  std::size_t last_rows_ = 0;          ///< of the last step
  std::uint64_t weights_version_ = 1;  ///< counts the changes of weights_
  std::vector<Pass> passes_;
  Pass evaluation_pass_;
};

}  // namespace

std::unique_ptr<Engine> make_onednn_engine(EnginePlan plan) {
  onednn::set_newest_instruction_set(plan.instruction_set);
  return std::make_unique<OnednnEngine>(std::move(plan));
}

void register_onednn_engine() {
  static constexpr EngineEntry kEntry{.kind = EngineKind::onednn,
                                      .name = "onednn",
                                      .make = make_onednn_engine,
                                      .require_bf16 = [] { return onednn::require_bf16(onednn::bf16_features()); },
                                      .slow_bf16 = [] { return onednn::slow_bf16(onednn::bf16_features(), cpu()); },
                                      .version = onednn::version};
  register_engine(kEntry);
}

}  // namespace strata
