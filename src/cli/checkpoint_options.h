// What --checkpoint-every and --keep ask for, and the options that a run is resumed with.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"
#include "io/checkpoint_folder.h"

namespace strata::cli {

/// Throws Error(usage) for a value that is wrong, or without the option that it belongs to.
CheckpointPlan checkpoint_plan(const Arguments& arguments);

/// The words after `strata train` with which the run goes on when it is resumed; by so many threads, given or not.
std::vector<std::string> lasting_words(const Arguments& arguments, int threads);

}  // namespace strata::cli
