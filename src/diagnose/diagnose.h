// Looks for what went wrong in a run: docs/diagnoses.md has each diagnosis and how often it is right.
#pragma once

#include "diagnose/finding.h"
#include "diagnose/run_facts.h"

namespace strata {

/// A pure function of the run's records. Findings come in the order of their codes; what only follows from another one
/// is left out.
Diagnosis diagnose(const RunFacts& run);

}  // namespace strata
