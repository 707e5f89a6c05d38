// In what the settings of two runs differ, and what may differ between the parts of one run.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "settings/option.h"
#include "train/train_config.h"

namespace strata {

/// Keys of options.
using Keys = std::set<std::string, std::less<>>;

/// The keys of what a resumed run may change in that way.
Keys keys_of(WhenResumed change);

/// An option that is not what it was.
struct Difference {
  std::string key;
  std::string text;  ///< `‹batch_size› 32 -> 64`
};

/// Of each member of two records (config_json) but those of `free`.
std::vector<Difference> differences(const nlohmann::ordered_json& before, const nlohmann::ordered_json& now,
                                    const Keys& free);

/// The first group whose schedule runs to the last step; null if there is none.
const ParameterGroup* group_that_follows_length(const TrainConfig& config);

/// What may differ between the parts of a run of that configuration; `by_machine`: its bits depend on the machine.
Keys free_when_resumed(const TrainConfig& config, bool by_machine);

/// Leaves out of a record, or of a list of them, in what machines that share a run may differ: threads, and unless
/// `places_count` where the data lie.
void leave_out_machine(nlohmann::ordered_json& config, bool places_count);

}  // namespace strata
