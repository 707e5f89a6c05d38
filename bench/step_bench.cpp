// The whole training step beside the plain oneDNN loop and the FMA peak, all in the same minute.

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <exception>

#include "bench/fma_peak.h"
#include "bench/plain_loop.h"
#include "bench/timing.h"
#include "core/error.h"
#include "core/threads.h"
#include "kernels/instruction_set.h"
#include "train/trainer.h"

namespace strata::bench {

namespace {

const std::vector<std::size_t> kHidden{300, 100, 50};
constexpr int kRounds = 15;
constexpr double kSecondsARound = 0.06;
constexpr double kQuietSpread = 0.15;

/// Seconds a step of training, over the steps after the first tenth.
class StepClock : public Observer {
 public:
  explicit StepClock(std::size_t steps) : warm_up_(steps / 10), steps_(steps) {}

  void on_step(const StepInfo& info) override {
    if (info.global_step == warm_up_) {
      start_ = Clock::now();
    } else if (info.global_step == steps_) {
      seconds_ = std::chrono::duration<double>(Clock::now() - start_).count() / static_cast<double>(steps_ - warm_up_);
    }
  }
  double seconds() const { return seconds_; }

 private:
  using Clock = std::chrono::steady_clock;
  std::size_t warm_up_;
  std::size_t steps_;
  Clock::time_point start_;
  double seconds_ = 0;
};

TrainConfig default_config(std::size_t batch, int threads, std::size_t steps) {
  TrainConfig config;
  config.hidden = kHidden;
  config.activation = {kernels::ActivationKind::elu, 1.0F};
  config.groups = lower_upper_groups(4, 2, parse_optimizer("sgd,lr=0.01", Convention::keras, "--lower"),
                                     parse_optimizer("adam,lr=0.001", Convention::keras, "--upper"));
  config.batch_size = batch;
  config.threads = threads;
  config.epochs = 1'000'000;
  config.max_steps = steps;
  return config;
}

/// Multiply-adds of a step, counted as two operations each: forward, weight gradients, and data gradients but the first.
double step_operations(const std::vector<std::size_t>& sizes, std::size_t batch) {
  double operations = 0;
  for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
    operations += 2.0 * static_cast<double>(sizes[l] * sizes[l + 1]) * (l == 0 ? 2 : 3);
  }
  return operations * static_cast<double>(batch);
}

double time_training(const DataSource& source, std::size_t batch, int threads, std::size_t steps) {
  StepClock clock(steps);
  Observer* const observer = &clock;
  Trainer trainer(default_config(batch, threads, steps), source);
  const RunResult result = trainer.run({&observer, 1}, [] { return false; });
  if (!(result.train_loss && *result.train_loss < std::log(static_cast<double>(source.classes)))) {
    throw failed_error("the training loss is no better than guessing");
  }
  return clock.seconds();
}

double time_plain(PlainLoop& loop, std::size_t steps) {
  loop.step();
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < steps; ++i) {
    loop.step();
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / static_cast<double>(steps);
}

void bench_step(const DataSource& source, std::size_t batch, int threads) {
  std::vector<std::size_t> sizes{source.train.features};
  sizes.insert(sizes.end(), kHidden.begin(), kHidden.end());
  sizes.push_back(source.classes);
  const double operations = step_operations(sizes, batch);
  const double peak_before = fma_peak(threads, 0.1);
  const auto steps = std::max<std::size_t>(20, static_cast<std::size_t>(kSecondsARound * peak_before * 5e8 / operations));

  PlainLoop any(sizes, batch, threads, WeightsFormat::any);
  PlainLoop plain(sizes, batch, threads, WeightsFormat::inputs_outputs);
  any.check();
  plain.check();
  const std::vector<Timing> timings = alternate(
      kRounds, {[&] { return time_plain(any, steps); }, [&] { return time_plain(plain, steps); },
                [&] { return time_training(source, batch, threads, steps); }});
  const double peak = std::max(peak_before, fma_peak(threads, 0.1));
  const Timing& loop = timings[0].best < timings[1].best ? timings[0] : timings[1];
  const Timing& step = timings[2];
  const auto share = [&](const Timing& timing) { return 100 * operations / timing.best * 1e-9 / peak; };
  fmt::print("{:5} {:7} {:9.1f} {:9.1f} {:5.0f} % {:9.1f} {:9.1f} {:5.0f} % {:7.2f} {:7.2f} {:8.1f}{}\n", batch, threads,
             loop.best * 1e6, loop.median * 1e6, share(loop), step.best * 1e6, step.median * 1e6, share(step),
             step.best / loop.best, step.median / loop.median, peak,
             step.spread > kQuietSpread || loop.spread > kQuietSpread ? "  (noisy)" : "");
  std::fflush(stdout);
}

void run() {
  const DataSource source = [] {
    DataSource loaded = load_idx_folder(STRATA_DATASETS_DIR "/fashion-mnist", available_threads());
    loaded.test = {};
    return loaded;
  }();
  fmt::print("784-300-100-50-10, {}; microseconds a step; peak: GFLOP/s of a loop of FMAs\n", kernels::instruction_set_name());
  fmt::print("batch threads | plain oneDNN loop: best, median, of peak | whole step: best, median, of peak | ratio: best, median | peak\n");
  std::vector<int> thread_counts{1};
  if (available_threads() > 1) {
    thread_counts.push_back(2);
  }
  for (const int threads : thread_counts) {
    for (const std::size_t batch : {32UL, 128UL, 1024UL}) {
      bench_step(source, batch, threads);
    }
  }
}

}  // namespace

}  // namespace strata::bench

int main() {
  try {
    strata::bench::run();
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    fmt::print(stderr, "strata_bench: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
