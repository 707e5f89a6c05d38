// How fast a network trains here: by batch size, threads, engine and precision.
#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/load.h"
#include "settings/given.h"
#include "settings/run_settings.h"
#include "speed/timing.h"

namespace strata {

/// Who computes, and from what.
struct BenchEngine {
  EngineKind engine = EngineKind::automatic;
  kernels::Precision precision = kernels::Precision::f32;
};

/// What is to be measured: every batch size, on each number of threads, by every engine.
struct BenchSettings {
  RunSettings run;  ///< the network and its data, without an end; none of its rows are held out
  std::vector<std::size_t> batch_sizes;
  std::vector<int> threads;
  std::vector<BenchEngine> engines;
  double seconds = 0;  ///< about how long to measure, at most
};

/// Reads what was given. Without `engine` and `precision` those that this CPU has. Throws Error(usage) for a value that
/// is wrong, and for an engine and a precision that contradict each other.
BenchSettings bench_settings(const Given& asked);

struct BenchRow {
  std::size_t batch_size = 0;
  int threads = 1;
  std::string engine;  ///< onednn or panels: what computed
  kernels::Precision precision = kernels::Precision::f32;
  double microseconds = 0;  ///< a step, the best of some rounds
  double samples_per_second = 0;
  double gflops = 0;         ///< multiply-adds of the products, counted as two
  double share_of_peak = 0;  ///< of as many threads' fp32 multiply-adds in registers; bf16 may pass 1
};

struct BenchResult {
  std::string network;  ///< such as 784-300-100-50-10
  std::vector<BenchRow> rows;
  std::size_t best = 0;  ///< the row that suits best
  MachineLoad load;      ///< by others, meanwhile
};

/// The row with the most samples a second; of those that are at most 3 % behind it, the one that is exact before the
/// one that is not, fewer threads before more: fp32 before bf16, panels, whose bits are the same everywhere, before
/// onednn.
std::size_t best_row(const std::vector<BenchRow>& rows);

/// The data of bench_settings(…).run, its training rows alone.
DataSource bench_data(const RunSettings& settings);

/// Measures. `begins` hears of a batch size and number of threads before they are. All engines and threads first make
/// two steps, and their losses must be finite and alike, else Error(failed).
BenchResult bench(const BenchSettings& settings, const DataSource& source,
                  const std::function<void(std::size_t batch_size, int threads)>& begins);

/// `network`, `load` (`others`, `stolen`), `rows` and `best`, a row.
nlohmann::ordered_json to_json(const BenchResult& result);

}  // namespace strata
