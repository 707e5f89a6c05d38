#include "bench/ranks_bench.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bench/exchange_model.h"
#include "bench/model_bench.h"
#include "bench/process.h"
#include "core/error.h"
#include "core/threads.h"
#include "speed/timing.h"
#include "speed/training_time.h"

namespace strata::bench {

namespace {

using Json = nlohmann::json;

constexpr int kRankRounds = 3;
constexpr std::size_t kEpochs = 8;
const std::vector<std::size_t> kBatches{128, 1024, 4096};
const std::vector<std::size_t> kRanks{2, 4, 16, 64, 256, 1024};

/// A division of work: so many ranks (0: a process without a launcher), each of so many threads.
struct Team {
  int ranks = 0;
  int threads = 1;

  int all_threads() const { return std::max(ranks, 1) * threads; }
  std::string name() const {
    return ranks == 0 ? fmt::format("{} thread{}", threads, threads == 1 ? "" : "s")
                      : fmt::format("{} ranks x {}", ranks, threads);
  }
};

std::vector<std::string> launched(int ranks, std::vector<std::string> words) {
  // Open MPI asks for a word before root may, and before ranks share cores; others take no notice.
  std::vector<std::string> all{"env",
                               "OMPI_ALLOW_RUN_AS_ROOT=1",
                               "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1",
                               "OMPI_MCA_rmaps_base_oversubscribe=1",
                               "OMPI_MCA_hwloc_base_binding_policy=none",
                               "PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe",
                               "PRTE_MCA_hwloc_default_binding_policy=none",
                               STRATA_MPIEXEC,
                               "-n",
                               std::to_string(ranks)};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

/// What one run tells: seconds a step of each epoch, and the hash of the weights.
struct TrainingRun {
  std::vector<double> steps;
  std::string hash;
};

TrainingRun train(const Team& team, std::size_t batch, std::size_t epochs) {
  std::vector<std::string> words{STRATA_PROGRAM,
                                 "train",
                                 "--quiet",
                                 "--metrics",
                                 "-",
                                 "--engine",
                                 "panels",
                                 "--batch-size",
                                 std::to_string(batch),
                                 "--threads",
                                 std::to_string(team.threads),
                                 "--epochs",
                                 std::to_string(epochs)};
  std::istringstream lines(run_process(team.ranks == 0 ? words : launched(team.ranks, words)).text);
  TrainingRun run;
  for (std::string line; std::getline(lines, line);) {
    const Json json = Json::parse(line);
    if (json.at("type") == "epoch") {
      run.steps.push_back(static_cast<double>(batch) / json.at("samples_per_second").get<double>());
    } else if (json.at("type") == "result") {
      run.hash = json.at("weights_hash");
    }
  }
  return run;
}

/// Steps by all teams in turn; the first epoch of each run warms up.
std::vector<Timing> time_teams(const std::vector<Team>& teams, std::size_t batch, const Effort& effort) {
  std::vector<std::vector<double>> seconds(teams.size());
  std::string hash;
  for (int round = 0; round < effort.rounds_or(kRankRounds); ++round) {
    for (std::size_t t = 0; t < teams.size(); ++t) {
      TrainingRun run = train(teams[t], batch, effort.quick ? 1 : kEpochs);
      hash = hash.empty() ? run.hash : hash;
      if (run.hash != hash) {
        throw failed_error("batch {}: {} give weights {}, {} gives {}", batch, teams[t].name(), run.hash,
                           teams.front().name(), hash);
      }
      seconds[t].insert(seconds[t].end(), run.steps.begin() + (effort.quick ? 0 : 1), run.steps.end());
    }
  }
  std::vector<Timing> timings;
  timings.reserve(seconds.size());
  for (auto& of_team : seconds) {
    timings.push_back(summarise(std::move(of_team)));
  }
  return timings;
}

/// Best seconds a step of 2 ranks x 1 thread, by batch.
using TwoRanks = std::map<std::size_t, double>;

/// Prints steps by ranks x threads; speed is beside that of as many threads alone, or of all there are.
TwoRanks bench_steps_of_ranks(const Setup& setup) {
  const std::vector<Team> teams{{0, 1}, {0, 2}, {2, 1}, {2, 2}, {4, 1}};
  TwoRanks two_ranks;
  fmt::print(
      "\nA step of {}\n\n| batch | by | best, us | median, us | speed of threads alone |\n|---|---|---|---|---|\n",
      widths_text(default_widths()));
  for (const std::size_t batch : setup.selection.batches.empty() ? kBatches : setup.selection.batches) {
    std::vector<Team> able = teams;
    std::erase_if(able, [&](const Team& team) {
      return team.ranks > 1 && !SharedStep::possible(batch, static_cast<std::size_t>(team.ranks));
    });
    const LoadWatch watch;
    const std::vector<Timing> timings = time_teams(able, batch, setup.effort);
    const MachineLoad load = watch.load();
    for (std::size_t t = 0; t < able.size(); ++t) {
      const Timing& alone = timings[able[t].all_threads() == 1 ? 0 : 1];
      fmt::print("| {} | {} | {:.0f} | {:.0f} | {:.0f} % |{}\n", batch, able[t].name(), timings[t].best * 1e6,
                 timings[t].median * 1e6, 100 * alone.best / timings[t].best,
                 load.is_loaded() ? fmt::format("  (others: {:.1f} CPUs)", load.others + load.stolen) : "");
      if (able[t].ranks == 2 && able[t].threads == 1) {
        two_ranks[batch] = timings[t].best;
      }
    }
    std::fflush(stdout);
  }
  return two_ranks;
}

/// Prints the exchange alone between two ranks, beside the model of it.
Network bench_exchange() {
  const Json measured = Json::parse(run_process(launched(2, {STRATA_BENCH_EXCHANGE})).text);
  std::vector<ExchangeMeasurement> measurements;
  for (const Json& each : measured.at("exchanges")) {
    measurements.push_back({each.at("floats"), each.at("best")});
  }
  Network network = fit_network("this machine's memory", measured.at("message"), measurements);
  fmt::print(
      "\nThe exchange alone, 2 ranks: latency {:.1f} us, {:.2f} GB/s each way, {:.2f} us a message\n\n"
      "| floats | best, us | median | predicted |\n|---|---|---|---|\n",
      network.latency * 1e6, network.bandwidth * 1e-9, network.message * 1e6);
  for (const Json& each : measured.at("exchanges")) {
    fmt::print("| {} | {:.1f} | {:.1f} | {:.1f} |\n", each.at("floats").get<std::size_t>(),
               each.at("best").get<double>() * 1e6, each.at("median").get<double>() * 1e6,
               exchange_seconds(network, each.at("floats"), 2) * 1e6);
  }
  std::fflush(stdout);
  return network;
}

/// The share of the exchange behind weight gradients that is hidden in these steps. What a rank computes is measured.
double fit_overlap(const SharedStep& step, const Network& network, const TwoRanks& measured, const DataSource& source) {
  double along = 0;
  double square = 0;
  fmt::print(
      "\n2 ranks x 1 thread: half a batch by one process, the exchange, and the step\n\n"
      "| batch | half, us | exchange | step |\n|---|---|---|---|\n");
  for (const auto& [batch, seconds] : measured) {
    TrainConfig config = config_for(default_widths(), batch / 2, 1);
    config.engine = EngineKind::panels;
    time_training(source, config, 8);
    const double own = time_training(source, config, 200);
    const double exchange = step.exchanging(network, 2);
    const double hidden = std::min(exchange, step.hiding(own));
    along += (own + exchange - seconds) * hidden / (seconds * seconds);
    square += hidden * hidden / (seconds * seconds);
    fmt::print("| {} | {:.0f} | {:.0f} | {:.0f} |\n", batch, own * 1e6, exchange * 1e6, seconds * 1e6);
  }
  return square > 0 ? std::clamp(along / square, 0.0, 1.0) : 0;
}

void print_readout(const std::vector<Widths>& models, const std::vector<Network>& networks, int threads, double overlap,
                   const CostPrices& prices) {
  fmt::print("\nMachines of {} threads: speed beside one of them, by ranks\n\n| model | network | batch | {} |\n|{}\n",
             threads, fmt::join(kRanks, " | "), fmt::join(std::vector<std::string>(kRanks.size() + 3, "---|"), ""));
  for (const Widths& widths : models) {
    const SharedStep step(widths, threads, prices);
    for (const Network& network : networks) {
      for (const std::size_t batch : {std::size_t{1024}, std::size_t{16384}, std::size_t{262144}}) {
        fmt::print("| {} | {} | {} |", widths_text(widths), network.name, batch);
        for (const std::size_t ranks : kRanks) {
          SharedStep::possible(batch, ranks)
              ? fmt::print(" {:.2f} |", step.computing(batch, 1) / step.seconds(network, overlap, batch, ranks))
              : fmt::print(" |");
        }
        fmt::print("\n");
      }
    }
  }
  fmt::print(
      "\nThe smallest batch with which so many ranks are faster than half of them\n\n| model | network | {} |\n|{}\n",
      fmt::join(kRanks, " | "), fmt::join(std::vector<std::string>(kRanks.size() + 2, "---|"), ""));
  for (const Widths& widths : models) {
    const SharedStep step(widths, threads, prices);
    for (const Network& network : networks) {
      fmt::print("| {} | {} |", widths_text(widths), network.name);
      for (const std::size_t ranks : kRanks) {
        const std::size_t batch = step.smallest_helpful_batch(network, overlap, ranks);
        batch > 0 ? fmt::print(" {} |", batch) : fmt::print(" none |");
      }
      fmt::print("\n");
    }
  }
}

}  // namespace

void bench_ranks(const Setup& setup) {
  if (std::string_view(STRATA_MPIEXEC).empty() || !std::filesystem::exists(STRATA_PROGRAM)) {
    fmt::print("ranks: not measured, as {}\n",
               std::string_view(STRATA_MPIEXEC).empty() ? "this was built without MPI" : "the program is not built");
    return;
  }
  const TwoRanks two_ranks = bench_steps_of_ranks(setup);
  const Network here = bench_exchange();
  const DataSource source = load_default_data(thread_counts().back());
  const CostPrices prices = measure_prices(setup, source);
  const double overlap = fit_overlap(SharedStep(default_widths(), 1, prices), here, two_ranks, source);
  fmt::print("\nOverlap, as fitted to these: {:.2f} of what weight gradients could hide\n", overlap);
  const std::vector<Network> networks{{"10 Gb/s, 25 us (assumed)", 25e-6, 1.25e9, here.message},
                                      {"100 Gb/s, 2 us (assumed)", 2e-6, 12.5e9, here.message}};
  for (const int threads : {available_threads(), 32}) {
    print_readout({default_widths(), {784, 4096, 4096, 10}}, networks, threads, overlap, prices);
  }
}

}  // namespace strata::bench
