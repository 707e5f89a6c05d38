// The trials of a sweep as training runs.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "data/load.h"
#include "run/face.h"
#include "run/sweep_settings.h"
#include "search/trial.h"
#include "settings/run_settings.h"

namespace strata {

/// The settings of one single-threaded run at `point`. Throws Error(usage), naming the command of `face`, for options
/// that do not go together.
RunSettings trial_settings(const SweepSettings& sweep, const Point& point, std::uint64_t seed, std::uint32_t epochs,
                           const Face& face);

/// The same run, ending with the weights of its best epoch: those by which a trial is ranked.
RunSettings restoring_best(RunSettings settings);

/// The trial of these settings on `source`, which must outlive it. With several seeds the seed is part of its point.
Trial make_trial(const SweepSettings& sweep, const Point& point, const RunSettings& settings, const DataSource& source,
                 const Face& face);

/// The options of a sweep's trials.
struct SweptOptions {
  nlohmann::ordered_json common = nlohmann::ordered_json::object();  ///< the same in all trials, and on no axis
  std::set<std::string> varied;                                      ///< the names of the others
};

/// `trials` are the options of each trial, at least one.
SweptOptions swept_options(const SweepSettings& sweep, const std::vector<nlohmann::ordered_json>& trials);

}  // namespace strata
