#include "bench/step_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "bench/default_run.h"
#include "bench/fma_peak.h"
#include "bench/oracle.h"
#include "bench/plain_loop.h"
#include "bench/timing.h"
#include "core/error.h"
#include "train/trainer.h"

namespace strata::bench {

namespace {

constexpr int kRounds = 15;
constexpr double kSecondsARound = 0.04;

/// Seconds a step of training, over the steps after the first tenth.
class StepClock : public Observer {
 public:
  explicit StepClock(std::size_t steps) : warm_up_(steps / 10), steps_(steps) {}

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
double step_operations(const std::vector<std::size_t>& sizes, std::size_t batch) {
  double operations = 0;
  for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
    operations += 2.0 * static_cast<double>(sizes[l] * sizes[l + 1]) * (l == 0 ? 2 : 3);
  }
  return operations * static_cast<double>(batch);
}

/// The batch of the first step.
std::vector<std::uint32_t> first_batch(const TrainConfig& config, const SamplesView& samples) {
  Split split = split_rows(config.split, samples.labels, config.validation_split, config.seed);
  Sampler sampler(config.sampling, std::move(split.train), config.batch_size, config.seed);
  const std::span<const std::uint32_t> rows = sampler.batch(1, 1);
  return {rows.begin(), rows.end()};
}

/// Where the optimizer's first update takes `weights`, of which `gradient` is the gradient.
void update_first(const OptimizerSpec& optimizer, std::vector<double>& weights, const std::vector<double>& gradient) {
  const double lr = base_learning_rate(optimizer);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    reference::OptimizedElement x{weights[i]};
    if (optimizer.name == "sgd") {
      reference::sgd(x, gradient[i], lr);
    } else {
      reference::adam_keras(x, gradient[i], lr,
                            {optimizer.value("beta1"), optimizer.value("beta2"), optimizer.value("epsilon")}, 1);
    }
    weights[i] = x.w;
  }
}

/// The first step's loss to seven digits; the weights after it to a twentieth of an Adam step, which is as steep as
/// lr / epsilon where the gradient is no larger than its roundings.
void check_step(const DataSource& source, const TrainConfig& config) {
  const SamplesView samples = source.train.view();
  Trainer trainer(config, source);
  reference::Network network = network_of(trainer.parameters());
  const std::vector<std::uint32_t> rows = first_batch(config, samples);
  std::vector<std::uint32_t> labels;
  labels.reserve(rows.size());
  for (const std::uint32_t row : rows) {
    labels.push_back(samples.labels[row]);
  }
  const auto exact = reference::forward_backward(network, standardised(samples, rows, trainer.scaler()), labels);

  const double loss = trainer.run({}, [] { return true; }).train_loss.value_or(NAN);
  if (!(std::fabs(loss - exact.loss) <= 1e-6 * exact.loss)) {
    throw failed_error("the first step's loss at batch {} is {}, not {}", config.batch_size, loss, exact.loss);
  }
  for (const ParameterGroup& group : config.groups) {
    const double bound = group.optimizer.name == "sgd" ? 4 * kRoundoff : base_learning_rate(group.optimizer) / 20;
    for (std::size_t l = group.first; l <= group.last; ++l) {
      update_first(group.optimizer, network[l].weights, exact.gradients[l].weights);
      update_first(group.optimizer, network[l].bias, exact.gradients[l].bias);
      const MatrixView<const float> weights = std::as_const(trainer).parameters().weight(l);
      expect_near(fmt::format("layer {}'s weights after a step", l), {weights.data(), network[l].weights.size()},
                  network[l].weights, bound);
      expect_near(fmt::format("layer {}'s bias after a step", l), trainer.parameters().bias(l), network[l].bias, bound);
    }
  }
}

double time_training(const DataSource& source, const TrainConfig& config, std::size_t steps) {
  StepClock clock(steps);
  Observer* const observer = &clock;
  Trainer(config, source).run({&observer, 1}, [&] { return clock.done(); });
  return clock.seconds();
}

double time_plain(PlainLoop& loop, std::size_t steps) {
  loop.step();
  return mean_seconds(steps, [&] { loop.step(); });
}

std::string timing_text(const Timing& timing, double at_peak) {
  return fmt::format("{:9.1f} {:9.1f} {:6.0f} % {:5.0f} %", timing.best * 1e6, timing.median * 1e6, 100 * timing.spread,
                     100 * at_peak / timing.best);
}

void bench_step(const DataSource& source, const TrainConfig& config) {
  std::vector<std::size_t> sizes{source.train.features};
  sizes.insert(sizes.end(), config.hidden.begin(), config.hidden.end());
  sizes.push_back(source.classes);
  const double operations = step_operations(sizes, config.batch_size);
  const double first_peak = fma_peak(config.threads, 0.02);
  const auto steps =
      std::max<std::size_t>(20, static_cast<std::size_t>(kSecondsARound * first_peak * 5e8 / operations));

  PlainLoop any(sizes, config.batch_size, config.threads, WeightsFormat::any);
  PlainLoop plain(sizes, config.batch_size, config.threads, WeightsFormat::inputs_outputs);
  any.check();
  plain.check();
  TrainConfig onednn = config;
  onednn.engine = EngineKind::onednn;
  TrainConfig automatic = config;
  automatic.engine = EngineKind::automatic;
  check_step(source, onednn);
  check_step(source, automatic);
  const std::vector<Timing> timings =
      alternate(kRounds, {[&] { return time_plain(any, steps); }, [&] { return time_plain(plain, steps); },
                          [&] { return time_training(source, onednn, steps); },
                          [&] { return time_training(source, automatic, steps); },
                          [&] { return 1e-9 / fma_peak(config.threads, 0.01); }});
  const Timing& loop = timings[0].best < timings[1].best ? timings[0] : timings[1];
  const double at_peak = operations * timings[4].best;  // seconds of a step that is FMAs and nothing else
  const auto row = [&](std::string_view name, const Timing& timing) {
    fmt::print("{:5} {:7}  {:17} {} {:7.2f} {:7.2f}{}\n", config.batch_size, config.threads, name,
               timing_text(timing, at_peak), timing.best / loop.best, timing.median / loop.median,
               timing.spread > kQuietSpread ? "  (noisy)" : "");
  };
  row("plain oneDNN loop", loop);
  row("step, onednn", timings[2]);
  row("step, auto", timings[3]);
  fmt::print("{:5} {:7}  FMA peak, GFLOP/s {:8.1f}\n", config.batch_size, config.threads, 1e-9 / timings[4].best);
  std::fflush(stdout);
}

}  // namespace

void bench_steps(const DataSource& source) {
  fmt::print("\nmicroseconds a step; ratio: to the plain loop's\n");
  fmt::print("batch threads  what                   best    median   spread of peak   ratio: best, median\n");
  for (const int threads : thread_counts()) {
    for (const std::size_t batch : kBatchSizes) {
      bench_step(source, default_config(batch, threads));
    }
  }
}

}  // namespace strata::bench
