// The engine of our own kernels: columns, rows, tiles over a team of threads, with the same bits on every CPU that has
// fused multiply-adds, however many threads. Weight gradients go by tiles, each updated as soon as it is summed, or, in
// the staged plan, once all are stored.

#include "engine/panels/engine.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "core/error.h"
#include "engine/batch_division.h"
#include "engine/panels/layers.h"
#include "engine/panels/pass.h"
#include "engine/panels/ranks.h"
#include "engine/panels/schedule.h"
#include "engine/panels/team.h"
#include "engine/rank_sums.h"
#include "engine/standardiser.h"
#include "kernels/instruction_set.h"
#include "kernels/panels/dense.h"

namespace strata {

namespace {

namespace panels = kernels::panels;
using panels::Range;

/// Rows that evaluation takes at once.
constexpr std::size_t kEvaluationRows = 96;

int threads_for(const EnginePlan& plan, const std::vector<LiveLayer>& layers) {
  if (!plan.may_spare_threads) {
    return plan.threads;
  }
  const std::size_t ranks = plan.ranks != nullptr ? static_cast<std::size_t>(plan.ranks->world_size()) : 1;
  return std::min(plan.threads, useful_threads(layers, std::ranges::max(plan.train_batch_sizes) / ranks));
}

class PanelsEngine final : public Engine {
 public:
  explicit PanelsEngine(EnginePlan plan)
      : plan_(std::move(plan)),
        layers_(make_live_layers(plan_)),
        team_(threads_for(plan_, layers_), plan_.instruction_set),
        standardiser_(plan_.scaler),
        gradients_(plan_.staged ? make_gradients(layers_) : AlignedVector<float>()),
        divisions_(divide_batches(plan_.train_batch_sizes, plan_.ranks, BatchDivision::Adding::by_tree)),
        schedule_(make_schedule(layers_, largest_batch(), team_.size())),
        squares_(plan_.model.layers(), plan_.trained_layers()),
        training_(plan_, largest_batch()),
        next_batch_(plan_.model.inputs, gathers_ahead() ? largest_batch() : 0),
        row_losses_(largest_batch(), 0.0F),
        row_figures_(largest_batch(), 0.0F) {
    if (plan_.ranks != nullptr) {
      ranks_.emplace(*plan_.ranks, divisions_, layers_, schedule_, gradients_, team_);
    }
    next_rows_.reserve(largest_batch());
    for (int thread = 0; thread < team_.size(); ++thread) {
      threads_.push_back({.loss = {plan_, std::max(kEvaluationRows, schedule_.chunk_rows)},
                          .evaluation = {plan_.model, kEvaluationRows}});
    }
  }

  void import_parameters(const Parameters& parameters) override {
    strata::import_parameters(parameters, layers_);
    import_state(initial_state(plan_.model.layers(), plan_.groups));
  }
  void export_parameters(Parameters& parameters) const override { strata::export_parameters(layers_, parameters); }
  void import_state(const OptimizerState& state) override { strata::import_state(state, layers_); }
  OptimizerState export_state() const override {
    OptimizerState state = initial_state(plan_.model.layers(), plan_.groups);
    strata::export_state(layers_, state);
    return state;
  }

  LossSums train_step(const Batch& batch, std::span<const kernels::OptimizerUpdate> updates) override {
    if (std::ranges::find(plan_.train_batch_sizes, batch.rows.size()) == plan_.train_batch_sizes.end()) {
      throw failed_error("a batch of {} rows was not planned for", batch.rows.size());
    }
    loss_weight_ = loss_weight(plan_.loss, plan_.task.objective.kind, batch.samples, batch.rows);
    if (!ranks_) {
      return own_step(batch, updates);
    }
    const BatchDivision::RowRange mine = ranks_->begin(batch.rows.size());
    const BatchDivision::RowRange next = ranks_->rows_of(batch.next_rows.size());
    training_.first_row = mine.first;
    own_step({batch.samples, batch.rows.subspan(mine.first, mine.size()),
              batch.next_rows.subspan(next.first, next.size()), batch.step, batch.flags},
             updates);
    return ranks_->sums(loss_weight_);
  }

  std::vector<double> gradient_norms() const override { return squares_.norms(); }
  double gradient_norm() const override { return plan_.clip_norm ? std::sqrt(squares_.sum()) : 0; }

  std::optional<std::size_t> first_non_finite_layer() override {
    return strata::first_non_finite_layer(training_, last_rows_);
  }

  std::optional<std::size_t> first_non_finite_layer(const SamplesView& samples,
                                                    std::span<const std::uint32_t> rows) override {
    std::atomic<std::size_t> first = layers_.size();
    for_outputs(samples, rows, [&](ThreadState& state, Range chunk) {
      const std::size_t layer = strata::first_non_finite_layer(state.evaluation, chunk.size()).value_or(layers_.size());
      for (std::size_t known = first; layer < known && !first.compare_exchange_weak(known, layer);) {
      }
    });
    return first < layers_.size() ? std::optional(first.load()) : std::nullopt;
  }

  LossSums evaluate(const SamplesView& samples, std::span<const std::uint32_t> rows) override {
    const BatchDivision::RowRange mine = evaluation_rows(rows.size(), plan_.ranks);
    AlignedVector<float> losses(mine.size());
    AlignedVector<float> figures(mine.size());
    for_outputs(samples, rows.subspan(mine.first, mine.size()), [&](ThreadState& state, Range chunk) {
      state.loss.evaluate(samples, rows.subspan(mine.first + chunk.first, chunk.size()),
                          state.evaluation.layers.back().values.view(),
                          {std::span(losses).subspan(chunk.first, chunk.size()),
                           std::span(figures).subspan(chunk.first, chunk.size())});
    });
    if (gives_up()) {
      return {};
    }
    return plan_.ranks != nullptr ? sums_over_ranks(*plan_.ranks, rows.size(), {losses, figures})
                                  : sums_of({losses, figures}, static_cast<double>(rows.size()));
  }

  void predict(const SamplesView& samples, std::span<const std::uint32_t> rows,
               MatrixView<float> predictions) override {
    const BatchDivision::RowRange mine = evaluation_rows(rows.size(), plan_.ranks);
    for_outputs(samples, rows.subspan(mine.first, mine.size()), [&](ThreadState& state, Range chunk) {
      state.loss.predict(state.evaluation.layers.back().values.view(),
                         predictions.rows(mine.first + chunk.first, chunk.size()));
    });
    if (plan_.ranks != nullptr) {
      gather_rows(*plan_.ranks, predictions);
    }
  }

  int threads() const override { return team_.size(); }

  std::string name() const override { return "panels"; }

 private:
  /// A step on the batch's rows, or on those that are this rank's.
  LossSums own_step(const Batch& batch, std::span<const kernels::OptimizerUpdate> updates) {
    const bool gathered = next_from_ == batch.samples.features.data() && std::ranges::equal(next_rows_, batch.rows);
    if (gathered) {
      std::swap(training_.batch, next_batch_);
    }
    training_.draw_masks(plan_, batch.step);
    team_.run([&](int thread) { step_on(thread, batch, gathered, updates); });
    last_rows_ = batch.rows.size();
    if (gathers_ahead()) {
      next_from_ = batch.samples.features.data();
      next_rows_.assign(batch.next_rows.begin(), batch.next_rows.end());
    }
    return ranks_ ? LossSums() : sums_of(results(0, batch.rows.size()), loss_weight_);
  }

  /// What one thread has to itself.
  struct alignas(kAlignment) ThreadState {
    PanelsLoss loss;
    Pass evaluation;
  };

  /// The most rows that a step has here.
  std::size_t largest_batch() const {
    return std::ranges::max(own_sizes(plan_.train_batch_sizes, divisions_, plan_.ranks));
  }

  /// What the step's rows from `first` on come to.
  RowResults results(std::size_t first, std::size_t count) {
    return {std::span(row_losses_).subspan(first, count), std::span(row_figures_).subspan(first, count)};
  }

  /// A step, as one thread sees it.
  void step_on(int thread, const Batch& batch, bool gathered, std::span<const kernels::OptimizerUpdate> updates) {
    ThreadState& state = threads_[static_cast<std::size_t>(thread)];
    const Range rows = share(batch.rows.size(), thread, team_.size());
    if (gathers_ahead() && !gathered) {
      gather(batch.samples, batch.rows, training_.batch, rows);
      team_.barrier(thread);
    }
    const Range next = share(batch.next_rows.size(), thread, team_.size());
    Standardiser::fetch(batch.samples.features, batch.next_rows.subspan(next.first, next.size()));
    for (const Phase& phase : schedule_.phases) {
      if (phase.by_columns) {
        columns(phase.operations.front(), batch.rows.size(), thread);
      } else {
        const bool gathers = !gathers_ahead() && &phase == &schedule_.phases.front();
        for_chunks(rows, schedule_.chunk_rows, [&](Range chunk) {
          if (gathers) {
            gather(batch.samples, batch.rows, training_.batch, chunk);
          }
          through(phase.operations, batch, chunk, state);
        });
      }
      team_.barrier(thread);
      if (ranks_) {
        ranks_->after_phase(phase, training_, thread);
      }
    }
    if (ranks_) {
      complete_sums(batch, thread);
    }
    update(batch.rows.size(), thread, updates);
    if (gathers_ahead()) {
      gather(batch.samples, batch.next_rows, next_batch_, next);
    }
  }

  /// Where the first layer goes by columns, every thread reads all rows, which must lie ready. By rows a thread reads
  /// those that it gathers itself, a chunk at a time: they come from its nearest caches, and no second batch fills
  /// those.
  bool gathers_ahead() const { return schedule_.phases.front().by_columns; }

  /// Once this rank's rows have gone all the way, their sums become those of all ranks.
  void complete_sums(const Batch& batch, int thread) {
    if (thread == 0) {
      ranks_->start_sums(results(0, batch.rows.size()), batch.flags);
    }
    ranks_->complete(thread);
  }

  /// Rows `mine` of the batch that `rows` of `samples` are.
  void gather(const SamplesView& samples, std::span<const std::uint32_t> rows, const BlockedBuffer& batch, Range mine) {
    standardiser_.gather(samples.features, rows.subspan(mine.first, mine.size()), batch.view(), mine.first);
  }

  /// This thread's share of a product's panels, over all rows; a panel that two threads share is divided by rows.
  void columns(const Phase::Operation& operation, std::size_t rows, int thread) {
    if (rows == 0) {  // of a batch with fewer row blocks than ranks
      return;
    }
    for_columns(share_of_panels(results_of(layers_, operation), rows, thread, team_.size()), rows,
                [&](Range part, Range blocks) {
                  for_chunks(part, column_rows(layers_[operation.layer].spec),
                             [&](Range chunk) { product(operation, chunk, blocks); });
                });
  }

  /// A run of operations on whole rows.
  void through(const std::vector<Phase::Operation>& operations, const Batch& batch, Range rows, ThreadState& state) {
    for (const Phase::Operation& operation : operations) {
      if (operation.kind == Phase::Kind::loss) {
        const LayerActivations& output = training_.layers.back();
        state.loss.train(batch.samples, batch.rows, rows, output.values.view(), loss_weight_, output.gradients.view(),
                         results(rows.first, rows.size()));
      } else {
        product(operation, rows, {0, panels::blocks_of(results_of(layers_, operation))});
      }
    }
  }

  void product(const Phase::Operation& operation, Range rows, Range blocks) {
    if (operation.kind == Phase::Kind::forward) {
      forward(layers_, operation.layer, training_, rows, blocks);
    } else {
      backward(layers_, operation.layer, training_, rows, blocks);
    }
  }

  void update(std::size_t rows, int thread, std::span<const kernels::OptimizerUpdate> updates) {
    if (!plan_.staged) {
      for_tiles(thread, [&](std::size_t l, Range tiles) {
        LiveLayer& layer = layers_[l];
        panels::update_tiles(layer.parameters(), training_.below(l), training_.layers[l].gradients.view(), rows,
                             updates[layer.group], tiles);
      });
      return;
    }
    if (!ranks_) {
      store_gradients(rows, thread);
    }
    if (plan_.clip_norm || plan_.gradient_norms) {
      measure_gradients(thread);
    }
    const float scale = plan_.clip_norm ? clip_factor(*plan_.clip_norm, squares_.sum()) : 1.0F;
    for_tiles(thread, [&](std::size_t l, Range tiles) {
      LiveLayer& layer = layers_[l];
      kernels::OptimizerUpdate scaled = updates[layer.group];
      scaled.gradient_scale = scale;
      panels::apply_tiles(layer.parameters(), layer.gradient.data(), layer.bias_gradient.data(), scaled, tiles);
    });
  }

  void store_gradients(std::size_t rows, int thread) {
    for_tiles(thread, [&](std::size_t l, Range tiles) {
      LiveLayer& layer = layers_[l];
      panels::gradient_tiles(layer.parameters(), training_.below(l), training_.layers[l].gradients.view(), rows,
                             layer.gradient.data(), layer.bias_gradient.data(), tiles);
    });
  }

  /// Calls part(l, tiles) for this thread's tiles of every trained layer.
  template <class Part>
  void for_tiles(int thread, Part&& part) {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      if (layers_[l].trained) {
        const LayerSpec& layer = layers_[l].spec;
        part(l, share_of_panels(layer.outputs, panels::blocks_of(layer.inputs), thread, team_.size()));
      }
    }
  }

  /// Once every thread has stored its own gradients. Each thread adds up the outputs' sums for itself: that takes less
  /// time than one more barrier.
  void measure_gradients(int thread) {
    team_.barrier(thread);
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const LiveLayer& layer = layers_[l];
      if (!layer.trained) {
        continue;
      }
      const Range mine = share(panels::blocks_of(layer.spec.outputs), thread, team_.size());
      for (std::size_t panel = mine.first; panel < mine.last; ++panel) {
        squares_.fill(l, panel * panels::kWidth,
                      {layer.gradient.data() + panels::panel_index(layer.spec.inputs, panel * panels::kWidth, 0),
                       layer.spec.inputs, panels::kWidth},
                      std::span(layer.bias_gradient).subspan(panel * panels::kWidth, panels::kWidth));
      }
    }
    team_.barrier(thread);
  }

  /// Calls use(state, chunk) on the team's threads once state.evaluation holds the outputs of rows[chunk].
  template <class Use>
  void for_outputs(const SamplesView& samples, std::span<const std::uint32_t> rows, Use&& use) {
    team_.run([&](int thread) {
      ThreadState& state = threads_[static_cast<std::size_t>(thread)];
      for_chunks(share(rows.size(), thread, team_.size()), kEvaluationRows, [&](Range chunk) {
        if (gives_up()) {
          return;
        }
        const Range all{0, chunk.size()};
        gather(samples, rows.subspan(chunk.first, chunk.size()), state.evaluation.batch, all);
        for (std::size_t l = 0; l < layers_.size(); ++l) {
          forward(layers_, l, state.evaluation, all, {0, panels::blocks_of(layers_[l].spec.outputs)});
        }
        use(state, chunk);
      });
    });
  }

  EnginePlan plan_;
  std::vector<LiveLayer> layers_;
  Team team_;
  Standardiser standardiser_;
  AlignedVector<float> gradients_;        ///< staged plan only
  std::vector<BatchDivision> divisions_;  ///< of each batch size, where there are ranks
  Schedule schedule_;
  GradientSquares squares_;
  double loss_weight_ = 0;  ///< of the step at hand
  Pass training_;
  BlockedBuffer next_batch_;         ///< gathered ahead, at the end of the step before; else without rows
  const void* next_from_ = nullptr;  ///< the features whose rows next_rows_ next_batch_ holds; null: of none
  std::vector<std::uint32_t> next_rows_;
  std::size_t last_rows_ = 0;        ///< of the last step
  AlignedVector<float> row_losses_;  ///< of the step at hand, as is the next
  AlignedVector<float> row_figures_;
  std::vector<ThreadState> threads_;
  std::optional<PanelsRanks> ranks_;  ///< refers to much of the above
};

}  // namespace

std::unique_ptr<Engine> make_panels_engine(EnginePlan plan) {
  if (kernels::instruction_set_name(plan.instruction_set) == "baseline") {
    throw usage_error(
        "‹engine› panels needs a CPU with fused multiply-adds, and ‹isa› other than baseline; use onednn");
  }
  plan.staged =
      plan.staged || plan.clip_norm || plan.gradient_norms || plan.ranks != nullptr;  // they need whole gradients
  return std::make_unique<PanelsEngine>(std::move(plan));
}

void register_panels_engine() {
  static constexpr EngineEntry kEntry{.kind = EngineKind::panels,
                                      .name = "panels",
                                      .make = make_panels_engine,
                                      .require_bf16 = nullptr,
                                      .slow_bf16 = nullptr,
                                      .version = nullptr};
  register_engine(kEntry);
}

}  // namespace strata
