// Learning-rate schedules: the registry of their names and keys, the rate at a step as a function of the step alone,
// and the memory of a plateau, which cuts the rate when a figure of the validation rows stops becoming better.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "optim/key.h"

namespace strata {

struct ScheduleEntry;

/// All schedules, in the order in which help lists them. `constant`, the default, is the first.
std::span<const ScheduleEntry> schedule_registry();
const ScheduleEntry& constant_schedule();

/// A schedule with the value of every key, as `schedule=NAME` and the keys beside it in an OPTIMIZER give it.
struct ScheduleSpec {
  const ScheduleEntry* entry = &constant_schedule();                       ///< the registry's
  std::map<std::string, double, std::less<>> values{{"warmup_steps", 0}};  ///< every key of the entry

  double value(std::string_view key) const { return values.find(key)->second; }
  std::uint64_t steps(std::string_view key) const { return static_cast<std::uint64_t>(value(key)); }
  std::string_view name() const;
  bool operator==(const ScheduleSpec&) const = default;
};

/// Where a step stands in its schedule.
struct SchedulePoint {
  std::uint64_t step = 0;  ///< steps made since the warm-up's end (one_cycle: since the run's start)
  std::uint64_t span = 1;  ///< steps from there to the schedule's end; at least 1
  std::uint32_t cuts = 0;  ///< plateau: how often the rate has been cut
};

/// A schedule with the values of its keys: the rate at a point of it from the base rate `lr`.
using RateRule = std::function<double(double lr, const SchedulePoint& at)>;

/// What the registry knows of one schedule.
struct ScheduleEntry {
  std::string_view name;
  std::string_view help;
  std::vector<OptimizerKey> keys;
  bool own_warmup;  ///< `rate` takes care of warmup_steps; else it sees the steps after them only
  RateRule (*rate)(const ScheduleSpec& spec);
};

inline std::string_view ScheduleSpec::name() const { return entry->name; }

/// The entry of that name. Throws Error(usage) naming the nearest known one.
const ScheduleEntry& find_schedule(std::string_view name);

/// The schedule of that entry with its keys' defaults.
ScheduleSpec default_schedule(const ScheduleEntry& entry);

/// Throws Error(usage), naming `option`, for values that contradict each other or the base rate `lr`.
void reject_schedule_contradictions(const ScheduleSpec& spec, double lr, std::string_view option);

/// `,schedule=…,key=…`, as it stands in an OPTIMIZER; empty for a constant rate without warm-up.
std::string to_string(const ScheduleSpec& spec, KeysShown shown = KeysShown::all);

/// The name, in kFigures, of the figure of the validation rows that a plateau follows.
std::string_view followed_figure(const ScheduleSpec& spec);

/// Whether the rate depends on how many steps the run has: there is a decay_steps, and it was not given.
bool needs_horizon(const ScheduleSpec& spec);

/// The rate in a run of `horizon` steps, `lr` being the base rate; in double, without libm.
class ScheduledRate {
 public:
  ScheduledRate(const ScheduleSpec& spec, double lr, std::uint64_t horizon);

  /// At update t (from 1), beyond the horizon too; `cuts` is PlateauState's.
  double at(std::uint64_t t, std::uint32_t cuts = 0) const;

 private:
  RateRule rule_;
  double lr_;
  std::uint64_t before_;  ///< steps of a warm-up that the rule does not know of
  std::uint64_t span_;
};

/// The memory of a plateau. Plain values, which a checkpoint can keep.
struct PlateauState {
  double best = std::numeric_limits<double>::infinity();  ///< the figure's best so far; of one that rises its negative
  std::uint64_t waited = 0;                               ///< epochs since then or since the last cut's cooldown
  std::uint64_t cooldown = 0;                             ///< what is left of it
  std::uint32_t cuts = 0;                                 ///< for ScheduledRate

  bool operator==(const PlateauState&) const = default;
};

/// The state of a plateau after an epoch with that value of its followed_figure. A cooldown of N epochs leaves out N of
/// them in PyTorch; in Keras the last of them counts already.
PlateauState after_epoch(PlateauState state, const ScheduleSpec& spec, Convention convention, double figure);

}  // namespace strata
