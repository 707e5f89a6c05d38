// What `strata train` is asked to do.
#pragma once

#include <cstdint>
#include <optional>

#include "cli/options/arguments.h"
#include "cli/options/choices.h"
#include "settings/expectations.h"
#include "settings/run_settings.h"

namespace strata::cli {

/// A run's settings, and how it shows itself.
struct TrainSettings : RunSettings {
  ProgressStyle progress = ProgressStyle::automatic;
  bool quiet = false;
  bool json = false;
  Expectations expected{};
  std::optional<std::uint16_t> live{};  ///< the port of a live page; 0: a free one
};

/// Of a run with these settings.
TrainSettings shown_settings(RunSettings settings, const Arguments& arguments);

/// Reads the model of --from, too.
/// Throws Error(usage) for a value that is wrong, or an option that does not apply beside the others.
TrainSettings train_settings(const Arguments& arguments);

}  // namespace strata::cli
