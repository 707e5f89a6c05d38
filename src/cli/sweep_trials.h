// The trials of a sweep as training runs.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "cli/sweep_settings.h"
#include "cli/train_settings.h"
#include "data/load.h"
#include "search/trial.h"

namespace strata::cli {

/// The points to try: crossed or drawn, no two of them alike.
std::vector<Point> candidate_points(const SweepSettings& sweep);

/// The settings of one single-threaded run at `point`. Throws Error(usage), naming the command line, for options that
/// do not go together.
TrainSettings trial_settings(const SweepSettings& sweep, const Point& point, std::uint64_t seed, std::uint32_t epochs);

/// The trial of these settings on `source`, which must outlive it. With several seeds the seed is part of its point.
Trial make_trial(const SweepSettings& sweep, const Point& point, const TrainSettings& settings,
                 const DataSource& source);

/// The options of a sweep's trials.
struct SweptOptions {
  nlohmann::ordered_json common = nlohmann::ordered_json::object();  ///< the same in all trials, and on no axis
  std::set<std::string> varied;                                      ///< the names of the others
};

/// `trials` are the options of each trial, at least one.
SweptOptions swept_options(const SweepSettings& sweep, const std::vector<nlohmann::ordered_json>& trials);

}  // namespace strata::cli
