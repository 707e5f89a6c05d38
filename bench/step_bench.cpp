#include "bench/step_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "bench/default_run.h"
#include "bench/plain_loop.h"
#include "bench/step_oracle.h"
#include "kernels/onednn/cpu_isa.h"
#include "speed/timing.h"
#include "speed/training_time.h"

namespace strata::bench {

namespace {

constexpr int kStepRounds = 11;
constexpr double kSecondsAStepRound = 0.03;
constexpr std::size_t kFewestSteps = 3;

/// A plain loop in the better of two layouts of the weights.
class PlainContestant {
 public:
  PlainContestant(const Widths& widths, std::size_t batch, int threads)
      : any_(widths, batch, threads, WeightsFormat::any),
        plain_(widths, batch, threads, WeightsFormat::inputs_outputs) {
    any_.check();
    plain_.check();
  }

  double seconds_a_step(std::size_t steps) {
    return std::min(time(any_, (steps + 1) / 2), time(plain_, (steps + 1) / 2));
  }

 private:
  static double time(PlainLoop& loop, std::size_t steps) {
    loop.step();
    return mean_seconds(steps, [&] { loop.step(); });
  }

  PlainLoop any_;
  PlainLoop plain_;
};

EngineKind engine_of(Contestant contestant) {
  switch (contestant) {
    case Contestant::onednn:
    case Contestant::bf16:
      return EngineKind::onednn;
    case Contestant::panels:
      return EngineKind::panels;
    default:
      return EngineKind::automatic;
  }
}

/// One model and batch size, on each number of threads.
class StepTable {
 public:
  StepTable(const Setup& setup, Report& report, const DataSource& source, const std::vector<Contestant>& engines,
            Widths widths, std::size_t batch)
      : setup_(setup),
        report_(report),
        source_(source),
        engines_(engines),
        widths_(std::move(widths)),
        batch_(batch),
        operations_(training_operations(model_of(widths_)) * static_cast<double>(batch)) {}

  void run(int threads) {
    std::vector<Case> cases;
    for (const Contestant engine : engines_) {
      const bool bf16 = engine == Contestant::bf16;
      const std::string name(contestant_name(bf16 ? Contestant::onednn : engine));
      cases.push_back({{"step", widths_text(widths_), batch_, threads, name, bf16 ? "bf16" : "f32"},
                       Work::operations,
                       operations_,
                       {},
                       contestant(engine, threads)});
    }
    run_contest(report_, setup_.effort, kStepRounds, cases);
  }  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): the cases' functions own what they hold

 private:
  std::function<double()> contestant(Contestant engine, int threads) {
    if (engine == Contestant::plain) {
      const auto loop = std::make_shared<PlainContestant>(widths_, batch_, threads);
      return round_of([loop](std::size_t steps) { return loop->seconds_a_step(steps); });
    }
    TrainConfig config = config_for(widths_, batch_, threads);
    config.engine = engine_of(engine);
    config.precision = engine == Contestant::bf16 ? kernels::Precision::bf16 : kernels::Precision::f32;
    if (!oracle_) {
      oracle_.emplace(config, source_);
    }
    oracle_->check(config, source_);
    return round_of([this, config](std::size_t steps) { return time_training(source_, config, steps); });
  }

  /// As many steps as fill a round, of what returns the seconds a step for a number of steps.
  template <class Time>
  std::function<double()> round_of(Time time) const {
    const std::size_t steps =
        setup_.effort.quick ? 1
                            : std::max(kFewestSteps, static_cast<std::size_t>(kSecondsAStepRound / time(kFewestSteps)));
    return [time, steps] { return time(steps); };
  }

  const Setup& setup_;
  Report& report_;
  const DataSource& source_;
  const std::vector<Contestant>& engines_;
  Widths widths_;
  std::size_t batch_;
  double operations_;
  std::optional<StepOracle> oracle_;  ///< computed when an engine is to be checked
};

/// Those that were chosen, but for bf16 on a CPU without it.
std::vector<Contestant> contestants(const Setup& setup, Report& report) {
  std::vector<Contestant> engines = setup.selection.engines;
  if (engines.empty()) {
    engines = {Contestant::plain, Contestant::onednn, Contestant::bf16, Contestant::panels};
  }
  const kernels::onednn::Bf16Features features = kernels::onednn::bf16_features();
  if (features.support == kernels::onednn::Bf16Support::none && std::erase(engines, Contestant::bf16) > 0) {
    report.skip("steps in bf16", fmt::format("the newest instruction set here is {}", features.newest));
  }
  return engines;
}

}  // namespace

void bench_steps(const Setup& setup, Report& report) {
  const std::vector<Contestant> engines = contestants(setup, report);
  const std::vector<Widths>& chosen = setup.selection.models;
  for (const Widths& widths : chosen.empty() ? std::vector<Widths>{default_widths()} : chosen) {
    const bool real = widths.front() == default_widths().front() && widths.back() == default_widths().back();
    const DataSource source = real ? load_default_data(thread_counts().back()) : random_data(widths);
    report.start_table(fmt::format("A step of {}{}", widths_text(widths), real ? "" : ", on random pixels"));
    for (const std::size_t batch : setup.step_batches()) {
      StepTable table(setup, report, source, engines, widths, batch);
      for (const int threads : setup.threads()) {
        table.run(threads);
      }
    }
  }
}

}  // namespace strata::bench
