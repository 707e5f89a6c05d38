// The rules of diagnose(), a function for each matter; each adds what it finds. Later ones look at what earlier ones
// have found, in the order of this file.
#pragma once

#include "diagnose/diagnose.h"
#include "diagnose/run_facts.h"

namespace strata {

/// S103 and S102: groups whose weights hardly move.
void find_slow_groups(const RunFacts& run, Diagnosis& diagnosis);
/// S301, S307, S901.
void find_feature_faults(const RunFacts& run, Diagnosis& diagnosis);
/// S101: groups whose updates are too large.
void find_fast_groups(const RunFacts& run, Diagnosis& diagnosis);
/// S104.
void find_clipping(const RunFacts& run, Diagnosis& diagnosis);
/// S105.
void find_ended_schedules(const RunFacts& run, Diagnosis& diagnosis);
/// S106.
void find_few_steps(const RunFacts& run, Diagnosis& diagnosis);
/// S201.
void find_overfitting(const RunFacts& run, Diagnosis& diagnosis);
/// S302.
void find_shared_rows(const RunFacts& run, Diagnosis& diagnosis);
/// S303, S304, S305.
void find_class_faults(const RunFacts& run, Diagnosis& diagnosis);
/// S401, S402.
void find_idle_units(const RunFacts& run, Diagnosis& diagnosis);
/// S306, and if it is not that S202 or S904.
void find_little_learnt(const RunFacts& run, Diagnosis& diagnosis);
/// S902, S903, S905.
void find_notes(const RunFacts& run, Diagnosis& diagnosis);

}  // namespace strata
