// Finds learning rates: a range test of each group, or a map of pairs of rates.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "data/load.h"
#include "search/range_test.h"
#include "search/search_space.h"
#include "search/trial_pool.h"
#include "settings/given.h"
#include "settings/run_settings.h"

namespace strata {

/// What a search for rates is asked to do.
struct FindLrSettings {
  RunSettings run;  ///< of so many steps, without schedules
  LogRange rates;
  std::size_t steps = 0;  ///< of each of a test's runs
  bool map = false;
  std::size_t points = 0;  ///< of the map, rates of each group
  std::size_t jobs = 1;    ///< of the map, runs at once
};

/// Reads what was given. Throws Error(usage) for a value that is wrong, or an option that does not apply beside the
/// others, and Error(failed) or Error(usage) if the folder of the result cannot be made.
FindLrSettings find_lr_settings(const Given& asked);

struct GroupRange {
  RangeTest test;
  Suggestion suggestion;
  OptimizerSpec optimizer;
};

/// Figures over the plane of two groups' rates.
struct RateMap {
  std::vector<std::string> groups;  ///< the two names
  std::vector<double> first;        ///< rates of the first group: a row each
  std::vector<double> second;       ///< of the second: a column each
  std::string figure;               ///< val_loss, or train_loss without validation rows
  std::vector<double> values;       ///< row by row; NaN where the run diverged

  double at(std::size_t row, std::size_t column) const { return values[row * second.size() + column]; }
  /// Index of the lowest value; values.size() if there is none.
  std::size_t lowest() const;
};

/// A test of each group that is trained, or the map of two.
struct FoundRates {
  std::vector<GroupRange> groups;
  std::optional<RateMap> map;
};

/// Hears of what a search finds as it goes: of a map its cells, in the thread of their runs, one at a time; of tests
/// each as far as it has come, after each of its runs.
class RatesListener {
 public:
  virtual ~RatesListener() = default;
  /// The map, whose cells are all to come.
  virtual void on_map(const RateMap& /*map*/) {}
  virtual void on_cell(std::size_t /*place*/, double /*value*/) {}
  /// `runs` of kRangeRuns have been made; of all of them the suggestion is made, too.
  virtual void on_test(const GroupRange& /*group*/, std::uint64_t /*runs*/) {}
};

/// Runs what is asked for, with the map's runs heard by `listener`; `found` hears of what they come to; nothing of use
/// once stop_requested(). Throws Error(usage) for a map of other than two groups that are trained, and Error(failed) if
/// one of its runs fails.
FoundRates find_rates(const FindLrSettings& settings, const DataSource& source, TrialListener& listener,
                      RatesListener& found, const std::function<bool()>& stop_requested);

/// config.json of a folder of rates, without what the folder itself adds.
nlohmann::ordered_json rates_config(const FindLrSettings& settings);

/// find_lr.json: docs/formats.md.
nlohmann::ordered_json to_json(const FoundRates& found);

/// Keeps them in settings.run.run_dir, which `command` fills again. Returns the page.
std::filesystem::path keep_rates(const FindLrSettings& settings, const FoundRates& found, const std::string& command);

}  // namespace strata
