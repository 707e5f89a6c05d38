#include "diagnose/diagnose.h"

#include <algorithm>

#include "diagnose/rules.h"

namespace strata {

Diagnosis diagnose(const RunFacts& run) {
  Diagnosis diagnosis;
  for (const auto rule :
       {find_slow_groups, find_feature_faults, find_fast_groups, find_clipping, find_ended_schedules, find_few_steps,
        find_overfitting, find_shared_rows, find_class_faults, find_idle_units, find_little_learnt, find_notes}) {
    rule(run, diagnosis);
  }
  std::ranges::stable_sort(diagnosis.findings, {}, &Finding::code);
  std::ranges::stable_sort(diagnosis.notes, {}, &Finding::code);
  return diagnosis;
}

}  // namespace strata
