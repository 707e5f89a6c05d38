// The options of a sweep and of a range test: their own, and those of a run that they take.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "settings/option.h"
#include "settings/value_kinds.h"

namespace strata {

/// Their own numbers.
inline constexpr Whole<std::size_t> kTrials{1, 100'000};
inline constexpr Whole<std::uint32_t> kEta{2, 10'000};
inline constexpr Whole<std::uint32_t> kSeeds{1, 10'000};
inline constexpr Whole<std::size_t> kJobs{1, 1024};
inline constexpr Whole<std::uint64_t> kTestSteps{20, 10'000'000};
inline constexpr Whole<std::size_t> kPoints{2, 1000};

/// Those that a sweep, or a range test, has beside a run's.
std::vector<Option> own_sweep_options();
std::vector<Option> own_range_options();

/// Options of a run that make no sense for its trials, or for a test's runs.
inline constexpr std::array<std::string_view, 1> kNotOfSweeps{"max-time"};
inline constexpr std::array<std::string_view, 9> kNotOfRangeTests{"epochs",         "max-steps",    "max-time",
                                                                  "early-stopping", "min-delta",    "start-epoch",
                                                                  "monitor",        "restore-best", "checkpoint-every"};

/// All that shape one: its own, then those of a run, and threads. Made once.
const std::vector<Option>& sweep_options();
const std::vector<Option>& range_options();

/// Options that are not there cannot contradict those that are.
void drop_strange_contradictions(std::vector<Option>& options);

}  // namespace strata
