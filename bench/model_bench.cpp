#include "bench/model_bench.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "bench/cost_model.h"
#include "core/threads.h"
#include "engine/panels/team.h"
#include "speed/training_time.h"
#include "train/metrics.h"

namespace strata::bench {

namespace {

constexpr int kModelRounds = 3;
constexpr double kSecondsAModelRound = 0.1;

struct Shape {
  Widths widths;
  std::vector<std::size_t> batches;
};

const Widths kDefault = default_widths();
const Widths kWide{784, 4096, 4096, 10};

/// What prices are fitted to, and what they are then held against.
std::vector<Shape> fitted() {
  return {{kDefault, {1, 32, 256, 1024}},
          {{784, 16, 16, 10}, {32, 1024}},
          {{784, 1024, 1024, 10}, {32, 256}},
          {kWide, {32, 256}}};
}

std::vector<Shape> checked() {
  return {{kDefault, {8, 128, 4096}},
          {{784, 10}, {32, 1024}},
          {{784, 64, 64, 10}, {32, 1024}},
          {{784, 512, 10}, {128}},
          {{784, 256, 256, 256, 256, 256, 10}, {1, 32, 256}},
          {{784, 2048, 2048, 10}, {64, 512}},
          {{784, 1024, 1024, 1024, 1024, 1024, 10}, {128}},
          {kWide, {1, 128}}};
}

/// The best of a few rounds.
double measure(const DataSource& source, const Widths& widths, std::size_t batch, int threads, bool quick) {
  TrainConfig config = config_for(widths, batch, threads);
  config.engine = EngineKind::panels;
  double best = time_training(source, config, 1);
  for (int round = 0; round < kModelRounds && !quick; ++round) {
    best = std::min(best, time_training(source, config, 1 + static_cast<std::size_t>(kSecondsAModelRound / best)));
  }
  return best;
}

/// Seconds for each arrival at a barrier that nothing stands between.
double bare_arrival(int threads) {
  constexpr std::size_t kBarriers = 10'000;
  Team team(threads);
  double best = 1;
  for (int round = 0; round < kModelRounds; ++round) {
    const Stopwatch clock;
    team.run([&](int thread) {
      for (std::size_t i = 0; i < kBarriers; ++i) {
        team.barrier(thread);
      }
    });
    best = std::min(best, clock.seconds() / static_cast<double>(kBarriers) / threads);
  }
  return best;
}

/// Calls each(shape's widths, batch, threads).
template <class Each>
void for_steps(const std::vector<Shape>& shapes, const std::vector<int>& threads, Each&& each) {
  for (const Shape& shape : shapes) {
    for (const std::size_t batch : shape.batches) {
      for (const int t : threads) {
        each(shape.widths, batch, t);
      }
    }
  }
}

void print_beside(const Widths& widths, std::size_t batch, int threads, double predicted, double measured) {
  fmt::print("| {} | {} | {} | {:.0f} | {:.0f} | {:+.0f} % |\n", widths_text(widths), batch, threads, predicted * 1e6,
             measured * 1e6, 100 * (predicted / measured - 1));
  std::fflush(stdout);
}

constexpr const char* kHead =
    "\n{}\n\n| model | batch | threads | predicted, us | measured | error |\n|---|---|---|---|---|---|\n";

std::vector<int> available_counts(const Setup& setup) {
  std::vector<int> threads = setup.threads();
  std::erase_if(threads, [](int t) { return t > available_threads(); });
  return threads;
}

std::vector<Measurement> measure_fitted(const Setup& setup, const DataSource& source, const std::vector<int>& threads) {
  std::vector<Measurement> measurements;
  for_steps(fitted(), threads, [&](const Widths& widths, std::size_t batch, int t) {
    measurements.push_back({count_costs(widths, batch, t), measure(source, widths, batch, t, setup.effort.quick)});
  });
  return measurements;
}

/// Predictions by number of threads.
void print_readout(std::string_view title, const CostPrices& prices) {
  const std::vector<int> counts{1, 2, 4, 8, 16, 32, 64, 192};
  fmt::print("\nRead out, us a step, {}\n\n| model | batch | {} |\n|---|---|---|---|---|---|---|---|---|---|\n", title,
             fmt::join(counts, " | "));
  for_steps({{kDefault, {32, 128, 1024, 4096}}, {kWide, {32, 256, 4096}}}, {0},
            [&](const Widths& widths, std::size_t batch, int) {
              fmt::print("| {} | {} |", widths_text(widths), batch);
              for (const int threads : counts) {
                fmt::print(" {:.0f} |", cost(count_costs(widths, batch, threads), prices) * 1e6);
              }
              fmt::print("\n");
            });
}

}  // namespace

CostPrices measure_prices(const Setup& setup, const DataSource& source) {
  return fit_prices(measure_fitted(setup, source, available_counts(setup)));
}

void bench_model(const Setup& setup) {
  const std::vector<int> threads = available_counts(setup);
  const bool quick = setup.effort.quick;
  const DataSource source = load_default_data(threads.back());

  const std::vector<Measurement> measurements = measure_fitted(setup, source, threads);
  const CostPrices prices = fit_prices(measurements);
  fmt::print("\nPrices, nanoseconds\n\n");
  for (std::size_t k = 0; k < prices.size(); ++k) {
    fmt::print("{:38} {:10.3f}\n", kCostNames[k], prices[k] * 1e9);
  }

  fmt::print(kHead, "Fitted");
  auto measurement = measurements.begin();
  for_steps(fitted(), threads, [&](const Widths& widths, std::size_t batch, int t) {
    print_beside(widths, batch, t, cost(measurement->counts, prices), measurement->seconds);
    ++measurement;
  });
  fmt::print(kHead, "Checked");
  for_steps(checked(), threads, [&](const Widths& widths, std::size_t batch, int t) {
    print_beside(widths, batch, t, cost(count_costs(widths, batch, t), prices),
                 measure(source, widths, batch, t, quick));
  });
  print_readout("arrivals as fitted", prices);
  CostPrices bare = prices;
  bare[kArrivals] = bare_arrival(threads.back());
  print_readout(fmt::format("arrivals at {:.0f} ns, of bare barriers", bare[kArrivals] * 1e9), bare);
}

}  // namespace strata::bench
