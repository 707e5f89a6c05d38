// The options of a sweep and of a range test: their own, and those of a run that they take.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "settings/option.h"

namespace strata {

/// Those that a sweep, or a range test, has beside a run's.
std::vector<Option> own_sweep_options();
std::vector<Option> own_range_options();

/// Options of a run that make no sense for its trials, or for a test's runs.
inline constexpr std::array<std::string_view, 1> kNotOfSweeps{"max-time"};
inline constexpr std::array<std::string_view, 7> kNotOfRangeTests{
    "epochs", "max-steps", "max-time", "early-stopping", "monitor", "restore-best", "checkpoint-every"};

/// All that shape one: its own, then those of a run, and threads.
std::vector<Option> sweep_options();
std::vector<Option> range_options();

/// Options that are not there cannot contradict those that are.
void drop_strange_contradictions(std::vector<Option>& options);

}  // namespace strata
