// What a sweep is asked to do, and what follows from it: the points to try, for how long, and its trials as training
// runs.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "data/load.h"
#include "io/model_file.h"
#include "run/face.h"
#include "search/ranking.h"
#include "search/search_space.h"
#include "search/trial.h"
#include "settings/choices.h"
#include "settings/given.h"
#include "settings/run_settings.h"

namespace strata {

/// How a sweep chooses its trials.
enum class Strategy { grid, random, halving };

inline constexpr std::array kStrategies{Choice{Strategy::grid, "grid"}, Choice{Strategy::random, "random"},
                                        Choice{Strategy::halving, "halving"}};

struct SweepSettings {
  std::vector<Axis> axes;                 ///< an optimizer before its keys
  std::shared_ptr<const ModelFile> from;  ///< the model that all trials go on from; or null
  GivenTexts shared;                      ///< options of a run that hold for all trials
  nlohmann::ordered_json options;         ///< everything that shapes the sweep, as a file of options has it
  Strategy strategy = Strategy::grid;
  std::optional<std::size_t> trials;  ///< draws
  std::uint32_t eta = 3;
  std::uint32_t seeds = 1;
  std::uint64_t seed = 42;    ///< the first
  std::uint32_t epochs = 10;  ///< of a whole trial
  std::size_t jobs = 1;
  std::optional<std::filesystem::path> run_dir;
  bool tensorboard = false;  ///< needs a run_dir

  /// Whether points are drawn, rather than crossed.
  bool draws() const { return strategy == Strategy::random || (strategy == Strategy::halving && trials); }
};

/// Reads what was given for the sweep's `options`. Throws Error(usage) for a value that is wrong, or an option that
/// does not apply beside the others.
SweepSettings sweep_settings(const std::vector<Option>& options, const Given& asked);

/// The number of trials at once: `jobs`, else `threads`, else what the machine allows.
std::size_t jobs(const Given& given);

/// The points to try: crossed or drawn, no two of them alike.
std::vector<Point> candidate_points(const SweepSettings& sweep);

/// The rounds in which so many candidates are trained.
std::vector<Rung> rungs_of(const SweepSettings& sweep, std::size_t candidates);

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
