// The registry of optimizers: one entry each, from which parsing, help and documentation come.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/optimizer_update.h"
#include "model/model.h"
#include "optim/key.h"
#include "optim/schedule.h"

namespace strata {

/// One state quantity that an optimizer keeps for every parameter.
struct StateSlot {
  std::string_view name;
  float initial = 0;  ///< before the first update
};

struct OptimizerEntry;

/// From a step on (counted from 1, that one included) the rate is as if `lr` were another: the schedule's times that
/// over `lr`.
struct RateChange {
  std::uint64_t step = 1;
  double lr = 0;
  bool operator==(const RateChange&) const = default;
};

/// The key of an OPTIMIZER that gives its changes, as STEP:LR+STEP:LR.
inline constexpr std::string_view kRateChangesKey = "lr_from";
inline constexpr std::string_view kRateChangesHelp =
    "from step STEP on (counted from 1 over the whole run) the schedule's rate times LR/lr, which is LR where the "
    "schedule is constant; one STEP:LR or several, the steps rising; a step that the run does not reach changes "
    "nothing; not where lr is 0";

/// The kernel's rule and scalars at update t (counted from 1) for the rate `lr`, a pure function: computed in double,
/// each rounded once, save those that Keras' own roundings decide.
using Updates = std::function<kernels::OptimizerUpdate(std::uint64_t t, double lr)>;

/// An optimizer with the value of every key, as `--lower` and the like give it.
struct OptimizerSpec {
  const OptimizerEntry* entry = nullptr;              ///< the registry's; looked up once, by parse_optimizer
  std::map<std::string, double, std::less<>> values;  ///< every key of the entry; booleans are 0 or 1
  ScheduleSpec schedule;                              ///< of the rate `lr`
  std::vector<RateChange> rate_changes;               ///< of the schedule's rate, by ascending steps

  double value(std::string_view key) const { return values.find(key)->second; }
  std::string_view name() const;
  /// The entry's functions for these values.
  std::vector<StateSlot> state() const;
  Updates updates(Convention convention) const;
};

/// What the registry knows of one optimizer.
struct OptimizerEntry {
  std::string_view name;
  std::string_view help;
  std::vector<OptimizerKey> keys;
  /// The state that `spec` needs, in the order of the kernel's rule (SGD without momentum: none).
  std::vector<StateSlot> (*state)(const OptimizerSpec& spec);
  Updates (*updates)(const OptimizerSpec& spec, Convention convention);
};

inline std::string_view OptimizerSpec::name() const { return entry->name; }
inline std::vector<StateSlot> OptimizerSpec::state() const { return entry->state(*this); }
inline Updates OptimizerSpec::updates(Convention convention) const { return entry->updates(*this, convention); }

/// All optimizers, in the order in which help lists them. `freeze` is the first: no keys, no update.
std::span<const OptimizerEntry> optimizer_registry();

/// The entry of that name. Throws Error(usage) naming the nearest known one.
const OptimizerEntry& find_optimizer(std::string_view name);

/// Parses `name[,key=value…]`; the keys are the optimizer's, `schedule`, that schedule's and `lr_from`. Throws
/// Error(usage) for an unknown name or key (listing the known ones), a key given twice, or a value that is no number,
/// out of range or contradictory. `option` is named in messages.
OptimizerSpec parse_optimizer(std::string_view text, Convention convention, std::string_view option);

/// `name,key=value,…` with every key; parses back to the same spec.
std::string to_string(const OptimizerSpec& spec);

/// The same for people: lr, and the keys whose values are not `convention`'s defaults.
std::string brief_text(const OptimizerSpec& spec, Convention convention);

bool is_frozen(const OptimizerSpec& spec);

/// The rate `lr` before any schedule; 0 for freeze.
double base_learning_rate(const OptimizerSpec& spec);

/// The rate in a run of `horizon` steps: the schedule's, then changed; 0 for freeze.
class LearningRate {
 public:
  LearningRate(const OptimizerSpec& spec, std::uint64_t horizon);

  /// At update t (from 1), as ScheduledRate has it.
  double at(std::uint64_t t, std::uint32_t cuts = 0) const;

  /// From now on these are the changes.
  void set_changes(std::vector<RateChange> changes) { changes_ = std::move(changes); }

 private:
  double lr_;
  ScheduledRate scheduled_;
  std::vector<RateChange> changes_;
};

/// Whether the rate can be changed: there is one, and the update takes it as a number above 0.
bool has_rate_to_change(const OptimizerSpec& spec);

/// From that step on the rate is as if `lr` were `change.lr`; this takes the place of changes from later steps. Throws
/// Error(usage), naming `option`, for a rate or a step that the key lr_from would not take.
void change_rate(OptimizerSpec& spec, RateChange change, std::string_view option);

}  // namespace strata
