// What `strata bench` shows.
#pragma once

#include <string>

#include "run/bench.h"

namespace strata::cli {

/// A table, the fastest row of each batch size marked, and a line on what suits best.
std::string bench_text(const BenchResult& result);

/// What others took of the machine meanwhile, a line without its end; empty if that is too little to tell.
std::string load_text(const MachineLoad& load);

}  // namespace strata::cli
