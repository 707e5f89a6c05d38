// A run once more, by what its folder says of it.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "settings/run_settings.h"
#include "train/observer.h"

namespace strata {

/// The hash of the weights with which the run in `folder` has ended; empty if it has no end yet. Throws Error(data),
/// naming the file, for a folder without metrics or with damaged ones.
std::string recorded_hash(const std::filesystem::path& folder);

/// Trains as `settings` say and keeps nothing. `observers` hear of the run. Throws what loading the data and Trainer
/// throw.
RunResult repeat_run(const RunSettings& settings, std::span<Observer* const> observers);

}  // namespace strata
