#include "bench/step_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "bench/default_run.h"
#include "bench/fma_peak.h"
#include "bench/plain_loop.h"
#include "bench/step_oracle.h"
#include "bench/timing.h"
#include "kernels/onednn/bf16_support.h"
#include "train/trainer.h"

namespace strata::bench {

namespace {

constexpr int kRounds = 15;
constexpr double kSecondsARound = 0.03;
constexpr std::size_t kFewestSteps = 3;

/// Seconds a step of training, over the steps after the first tenth.
class StepClock : public Observer {
 public:
  explicit StepClock(std::size_t steps) : warm_up_((steps + 9) / 10), steps_(warm_up_ + steps) {}

  void on_step(const StepInfo& info) override {
    if (info.global_step == warm_up_) {
      clock_ = {};
    } else if (info.global_step == steps_) {
      seconds_ = clock_.seconds() / static_cast<double>(steps_ - warm_up_);
    }
  }
  bool done() const { return seconds_ > 0; }
  double seconds() const { return seconds_; }

 private:
  std::size_t warm_up_;
  std::size_t steps_;
  Stopwatch clock_;
  double seconds_ = 0;
};

/// Multiply-adds of a step, counted as two operations each: forward, weight gradients, and data gradients but the
/// first.
double step_operations(const Widths& widths, std::size_t batch) {
  double operations = 0;
  for (std::size_t l = 0; l + 1 < widths.size(); ++l) {
    operations += 2.0 * static_cast<double>(widths[l] * widths[l + 1]) * (l == 0 ? 2 : 3);
  }
  return operations * static_cast<double>(batch);
}

double time_training(const DataSource& source, TrainConfig config, std::size_t steps) {
  config.epochs = 1'000'000;
  StepClock clock(steps);
  Observer* const observer = &clock;
  Trainer(std::move(config), source).run({&observer, 1}, [&] { return clock.done(); });
  return clock.seconds();
}

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
  StepTable(const Selection& selection, const DataSource& source, Widths widths, std::size_t batch)
      : source_(source),
        widths_(std::move(widths)),
        batch_(batch),
        operations_(step_operations(widths_, batch)),
        engines_(selection.engines),
        rounds_(selection.rounds > 0 ? selection.rounds : kRounds),
        oracle_(config_for(widths_, batch, 1), source) {
    if (engines_.empty()) {
      engines_ = {Contestant::plain, Contestant::onednn, Contestant::panels};
      if (kernels::onednn::bf16_features().support != kernels::onednn::Bf16Support::none) {
        engines_.push_back(Contestant::bf16);
      }
    }
  }

  void run(int threads) {
    const double estimate = operations_ / (fma_peak(threads, 0.02) * 0.5e9);
    const std::size_t steps = std::max(kFewestSteps, static_cast<std::size_t>(kSecondsARound / estimate));
    std::vector<std::function<double()>> contestants;
    for (const Contestant engine : engines_) {
      contestants.push_back(contestant(engine, threads, steps));
    }
    contestants.emplace_back([threads] { return 1e-9 / fma_peak(threads, 0.01); });
    const std::vector<Timing> timings = alternate(rounds_, contestants);
    for (std::size_t i = 0; i < engines_.size(); ++i) {
      print_row(threads, engines_[i], timings[i], timings.back());
    }
    std::fflush(stdout);
  }

 private:
  std::function<double()> contestant(Contestant engine, int threads, std::size_t steps) {
    if (engine == Contestant::plain) {
      const auto loop = std::make_shared<PlainContestant>(widths_, batch_, threads);
      return [loop, steps] { return loop->seconds_a_step(steps); };
    }
    TrainConfig config = config_for(widths_, batch_, threads);
    config.engine = engine_of(engine);
    config.precision = engine == Contestant::bf16 ? kernels::Precision::bf16 : kernels::Precision::f32;
    oracle_.check(config, source_);
    return [this, config, steps] { return time_training(source_, config, steps); };
  }

  void print_row(int threads, Contestant engine, const Timing& timing, const Timing& second_a_operation) const {
    fmt::print("{:5} {:7}  {:8} {:10.1f} {:10.1f} {:6.0f} % {:8.1f} {:6.1f} % of {:.1f}{}\n", batch_, threads,
               contestant_name(engine), timing.best * 1e6, timing.median * 1e6, 100 * timing.spread,
               operations_ / timing.best * 1e-9, 100 * operations_ * second_a_operation.best / timing.best,
               1e-9 / second_a_operation.best, timing.spread > kQuietSpread ? "  (noisy)" : "");
  }

  const DataSource& source_;
  Widths widths_;
  std::size_t batch_;
  double operations_;
  std::vector<Contestant> engines_;
  int rounds_;
  StepOracle oracle_;
};

std::vector<std::size_t> batches_of(const Selection& selection) {
  return selection.batches.empty() ? std::vector<std::size_t>{1, 8, 32, 64, 128, 256, 1024, 4096} : selection.batches;
}

}  // namespace

void bench_steps(const Selection& selection) {
  for (const Widths& widths : selection.models.empty() ? std::vector<Widths>{default_widths()} : selection.models) {
    const bool real = widths.front() == default_widths().front() && widths.back() == default_widths().back();
    const DataSource source = real ? load_default_data(thread_counts().back()) : random_data(widths);
    fmt::print("\na step of {}, microseconds{}\n", widths_text(widths), real ? "" : " (random pixels)");
    fmt::print("batch threads  engine         best     median   spread  GFLOP/s  of peak\n");
    for (const std::size_t batch : batches_of(selection)) {
      StepTable table(selection, source, widths, batch);
      for (const int threads : selection.threads.empty() ? thread_counts() : selection.threads) {
        table.run(threads);
      }
    }
  }
}

}  // namespace strata::bench
