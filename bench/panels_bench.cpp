#include "bench/panels_bench.h"

#include <fmt/format.h>

#include <memory>

#include "bench/oracle.h"
#include "bench/step_oracle.h"
#include "engine/engine.h"
#include "engine/panels/layers.h"
#include "engine/panels/pass.h"
#include "engine/panels/schedule.h"
#include "engine/panels/team.h"
#include "kernels/gather.h"
#include "kernels/instruction_set.h"

namespace strata::bench {

namespace panels = kernels::panels;
using panels::Range;

namespace {

constexpr int kPanelsRounds = 15;
/// Timed again and again with the same gradients, an update must not change the weights much.
constexpr float kTinyRate = 1e-12F;

/// The padded floats of factor or offset.
AlignedVector<float> padded_with_zeros(const std::vector<float>& values) {
  AlignedVector<float> result(panels::padded(values.size()), 0.0F);
  std::ranges::copy(values, result.begin());
  return result;
}

/// A step of the default model in pieces, on a team of its own.
class PanelsStep {  // NOLINT(clang-analyzer-optin.performance.Padding): in the order of their making
 public:
  PanelsStep(const TrainConfig& config, const DataSource& source, const StepOracle& oracle)
      : oracle_(oracle),
        samples_(source.train.view()),
        model_(model_of(default_widths())),
        plan_(plan_for(config)),
        team_(config.threads),
        factor_(padded_with_zeros(oracle.scaler().pixel_factor())),
        offset_(padded_with_zeros(oracle.scaler().pixel_offset())),
        layers_(make_live_layers(plan_)),
        schedule_(make_schedule(layers_, config.batch_size, config.threads)),
        pass_(plan_, config.batch_size),
        row_losses_(config.batch_size, 0.0F),
        row_figures_(config.batch_size, 0.0F) {
    for (int thread = 0; thread < config.threads; ++thread) {
      losses_.emplace_back(plan_, std::max(config.batch_size, schedule_.chunk_rows));
    }
    for (const ParameterGroup& group : config.groups) {
      updates_.push_back(group.optimizer.updates(config.convention)(1, base_learning_rate(group.optimizer)));
    }
  }

  /// Runs all pieces once. Throws Error(failed) unless the parameters are then the oracle's; rates are tiny afterwards.
  void check(const TrainConfig& config) {
    import_parameters(oracle_.initial(), layers_);
    pass_.draw_masks(plan_, 1);
    gather();
    for (const Phase& phase : schedule_.phases) {
      run(phase);
    }
    tiles();
    Parameters after(model_.layers());
    export_parameters(layers_, after);
    oracle_.check_parameters(config, after);
    for (kernels::OptimizerUpdate& update : updates_) {
      update.rate = kTinyRate;
    }
  }

  void gather() {
    team_.run([&](int thread) {
      const Range mine = share(oracle_.rows().size(), thread, team_.size());
      panels::gather_blocked(samples_.features.pixels, std::span(oracle_.rows()).subspan(mine.first, mine.size()),
                             factor_.data(), offset_.data(), pass_.batch.view(), mine.first);
    });
  }

  void run(const Phase& phase) {
    const std::size_t rows = oracle_.rows().size();
    team_.run([&](int thread) {
      if (!phase.by_columns) {
        for_chunks(share(rows, thread, team_.size()), schedule_.chunk_rows,
                   [&](Range chunk) { through(phase, chunk, thread); });
        return;
      }
      const Phase::Operation& operation = phase.operations.front();
      const Range mine = share_of_panels(results_of(layers_, operation), rows, thread, team_.size());
      for_columns(mine, rows, [&](Range part, Range blocks) {
        for_chunks(part, column_rows(layers_[operation.layer].spec),
                   [&](Range chunk) { product(operation, chunk, blocks); });
      });
    });
  }

  void tiles() {
    team_.run([&](int thread) {
      for (std::size_t l = 0; l < layers_.size(); ++l) {
        const LayerSpec& layer = layers_[l].spec;
        tiles_of(l, share_of_panels(layer.outputs, panels::blocks_of(layer.inputs), thread, team_.size()));
      }
    });
  }

  /// All tiles of one layer, by the caller alone.
  void tiles_of(std::size_t l) {
    tiles_of(l, {0, panels::tile_count(layers_[l].spec.inputs, layers_[l].spec.outputs)});
  }

  /// All of one product, by the caller alone.
  void product(const Phase::Operation& operation) {
    for_chunks({0, oracle_.rows().size()}, schedule_.chunk_rows, [&](Range chunk) {
      product(operation, chunk, {0, panels::blocks_of(results_of(layers_, operation))});
    });
  }

  const Schedule& schedule() const { return schedule_; }

 private:
  EnginePlan plan_for(const TrainConfig& config) const {
    EnginePlan plan;
    plan.model = model_;
    plan.groups = config.groups;
    plan.scaler = oracle_.scaler();
    plan.train_batch_sizes = {config.batch_size};
    plan.threads = config.threads;
    return plan;
  }

  void through(const Phase& phase, Range rows, int thread) {
    for (const Phase::Operation& operation : phase.operations) {
      if (operation.kind == Phase::Kind::loss) {
        const LayerActivations& output = pass_.layers.back();
        losses_[static_cast<std::size_t>(thread)].train(samples_, oracle_.rows(), rows, output.values.view(),
                                                        static_cast<double>(oracle_.rows().size()),
                                                        output.gradients.view(),
                                                        {std::span(row_losses_).subspan(rows.first, rows.size()),
                                                         std::span(row_figures_).subspan(rows.first, rows.size())});
      } else {
        product(operation, rows, {0, panels::blocks_of(results_of(layers_, operation))});
      }
    }
  }

  void product(const Phase::Operation& operation, Range rows, Range blocks) {
    if (operation.kind == Phase::Kind::forward) {
      forward(layers_, operation.layer, pass_, rows, blocks);
    } else {
      backward(layers_, operation.layer, pass_, rows, blocks);
    }
  }

  void tiles_of(std::size_t l, Range tiles) {
    panels::update_tiles(layers_[l].parameters(), pass_.below(l), pass_.layers[l].gradients.view(),
                         oracle_.rows().size(), updates_[layers_[l].group], tiles);
  }

  const StepOracle& oracle_;
  SamplesView samples_;
  ModelSpec model_;
  EnginePlan plan_;
  Team team_;
  AlignedVector<float> factor_;
  AlignedVector<float> offset_;
  std::vector<LiveLayer> layers_;
  Schedule schedule_;
  Pass pass_;
  AlignedVector<float> row_losses_;
  AlignedVector<float> row_figures_;
  std::vector<PanelsLoss> losses_;
  std::vector<kernels::OptimizerUpdate> updates_;
};

/// Two operations for each multiply-add of layer l.
double layer_operations(std::size_t l, std::size_t batch) {
  const LayerSpec layer = model_of(default_widths()).layer(l);
  return 2.0 * static_cast<double>(layer.inputs * layer.outputs * batch);
}

double phase_operations(const Phase& phase, std::size_t batch) {
  double operations = 0;
  for (const Phase::Operation& operation : phase.operations) {
    operations += operation.kind == Phase::Kind::loss ? 0 : layer_operations(operation.layer, batch);
  }
  return operations;
}

std::string phase_name(const Phase& phase) {
  const Phase::Operation& first = phase.operations.front();
  return !phase.by_columns                    ? "phase rows"
         : first.kind == Phase::Kind::forward ? fmt::format("phase columns forward {}", first.layer)
                                              : fmt::format("phase columns backward {}", first.layer);
}

Label label(std::string name, std::size_t batch, int threads) {
  return {std::move(name), widths_text(default_widths()), batch, threads, "panels", "f32"};
}

/// The pieces of a step, one after the other; together they are the step but for its barriers.
void bench_phases(const Setup& setup, Report& report, const DataSource& source, const StepOracle& oracle,
                  const TrainConfig& config) {
  PanelsStep step(config, source, oracle);
  step.check(config);
  const std::size_t batch = config.batch_size;
  std::vector<Case> cases;
  cases.push_back({label("phase gather", batch, config.threads), Work::bytes,
                   static_cast<double>(batch * default_widths().front() * sizeof(float)), [&] { step.gather(); }});
  for (const Phase& phase : step.schedule().phases) {
    cases.push_back({label(phase_name(phase), batch, config.threads), Work::operations, phase_operations(phase, batch),
                     [&step, &phase] { step.run(phase); }});
  }
  double operations = 0;
  for (std::size_t l = 0; l + 1 < default_widths().size(); ++l) {
    operations += layer_operations(l, batch);
  }
  cases.push_back({label("phase tiles", batch, config.threads), Work::operations, operations, [&] { step.tiles(); }});
  run_contest(report, setup.effort, kPanelsRounds, cases);
}

void bench_layer_kernels(const Setup& setup, Report& report, const DataSource& source, const StepOracle& oracle,
                         const TrainConfig& config) {
  PanelsStep step(config, source, oracle);
  step.check(config);
  const std::size_t batch = config.batch_size;
  const Widths widths = default_widths();
  std::vector<Case> cases;
  for (std::size_t l = 0; l + 1 < widths.size(); ++l) {
    const std::string shape = fmt::format("{}x{}", widths[l], widths[l + 1]);
    const auto add = [&](std::string_view kernel, std::function<void()> call) {
      cases.push_back({label(fmt::format("{} {}", kernel, shape), batch, 1), Work::operations,
                       layer_operations(l, batch), std::move(call)});
    };
    add("forward", [&step, l] { step.product({Phase::Kind::forward, l}); });
    if (l > 0) {
      add("backward data", [&step, l] { step.product({Phase::Kind::backward, l}); });
    }
    add("gradient+update", [&step, l] { step.tiles_of(l); });
  }
  run_contest(report, setup.effort, kPanelsRounds, cases);
}

}  // namespace

void bench_panels(const Setup& setup, Report& report, const DataSource& source) {
  if (kernels::instruction_set_name() == "baseline") {
    report.skip("panels", "this CPU has no fused multiply-adds");
    return;
  }
  report.start_table("The panels engine's phases and kernels");
  for (const std::size_t batch : setup.kernel_batches()) {
    const StepOracle oracle(config_for(default_widths(), batch, 1), source);
    for (const int threads : setup.threads()) {
      bench_phases(setup, report, source, oracle, config_for(default_widths(), batch, threads));
    }
    bench_layer_kernels(setup, report, source, oracle, config_for(default_widths(), batch, 1));
  }
}

}  // namespace strata::bench
