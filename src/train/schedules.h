// The groups' learning rates in the course of a run.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "optim/plateau.h"
#include "train/train_config.h"

namespace strata {

/// A rate for each group's name, in the order of the groups.
using LearningRates = std::vector<std::pair<std::string, double>>;

/// How many steps a run takes if nothing ends it early: its epochs', or max_steps if that is less.
std::uint64_t horizon(const TrainConfig& config, std::size_t steps_per_epoch);

/// The rates before any schedule.
LearningRates base_rates(std::span<const ParameterGroup> groups);

/// Sets `rates` to those at update t (from 1) of a run of `horizon` steps, given each group's plateau state.
void set_learning_rates(LearningRates& rates, std::span<const ParameterGroup> groups,
                        std::span<const PlateauState> plateaus, std::uint64_t t, std::uint64_t horizon);

}  // namespace strata
