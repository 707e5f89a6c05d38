// The result of a sweep as text and as JSON.
#pragma once

#include <string>

#include "run/sweep.h"

namespace strata::cli {

/// The best candidates, those that diverged or failed, ties, what the rates did, edges, and the command that repeats
/// the best.
std::string sweep_table(const SweepResult& result);

/// All of it as one JSON object on one line (docs/formats.md).
std::string sweep_json(const SweepResult& result);

}  // namespace strata::cli
