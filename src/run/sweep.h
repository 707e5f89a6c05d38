// A sweep: its trials, run as far as its strategy takes each, over ranks and threads, recorded and ranked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "data/load.h"
#include "dist/communicator.h"
#include "run/face.h"
#include "run/sweep_settings.h"
#include "search/ranking.h"
#include "search/rate_effect.h"
#include "search/search_space.h"
#include "search/trial_pool.h"
#include "settings/run_settings.h"

namespace strata {

/// A sweep as every rank works it out for itself, and its data.
struct SweepJob {
  SweepSettings settings;
  std::string command;        ///< that repeats it, for its folder
  std::vector<Point> points;  ///< the candidates
  std::size_t left_out = 0;   ///< other points, whose options do not go together
  std::string left_out_as;    ///< why the first of them is
  std::vector<Rung> rungs;
  std::vector<nlohmann::ordered_json> options;  ///< of each candidate, in the first rung
  RunSettings first;                            ///< of the first candidate
  DataSource source;                            ///< empty until sweep_data has been called
};

/// Checks every trial's options before any of them runs, and leaves out those that do not go together. Throws
/// Error(usage) for a value that is wrong by itself, or if no point is left.
SweepJob sweep_job(SweepSettings settings, std::string command, const Face& face);

/// Throws Error(usage) if what the sweep writes into its folder, best/ included, would replace a file that it reads.
void check_sweep_outputs(const SweepJob& job);

/// Every rank calls it.
DataSource sweep_data(const SweepJob& job, Communicator& ranks);

struct SweepResult {
  std::vector<Candidate> candidates;  ///< ranked
  std::vector<Edge> edges;            ///< of the best one
  std::vector<RateEffect> rate_effects;
  Monitor monitor{};
  std::size_t trials = 0;    ///< in all
  std::size_t left_out = 0;  ///< points whose options do not go together
  std::size_t ran = 0;       ///< of them now, the others were there
  std::uint32_t seeds = 1;
  std::optional<std::filesystem::path> best_folder;
  std::optional<std::filesystem::path> page{};
};

/// Those who show a sweep; asked by rank 0 alone.
struct SweepView {
  TrialListener& trials;
  /// So many trials are about to run at once, over so many ranks.
  std::function<void(int ranks, int jobs)> begin;
  /// The end, before other ranks are let go, by what has asked to stop (0: nothing). The answer is sweep()'s.
  std::function<int(const SweepResult& result)> finish;
  std::function<int(int stop)> stopped;
};

/// From the first trial to the last report; every rank calls it, and gets the same answer. Throws Error(failed), and
/// Error(usage) for a folder that holds something else.
int sweep(const SweepJob& job, Communicator& ranks, Face& face, const SweepView& view);

}  // namespace strata
