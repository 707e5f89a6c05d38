// The program as a user runs it: a process from its start to its end.
#pragma once

#include "bench/setup.h"

namespace strata::bench {

/// Seconds from a process's start to its first step; seconds and resident memory of a default run; and what a run
/// folder costs a run of many short epochs; by the strata that was built beside this program. Throws Error(failed) if a
/// run fails or learns too little.
void bench_program(const Setup& setup, Report& report);

}  // namespace strata::bench
