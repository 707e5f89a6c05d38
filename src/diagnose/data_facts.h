// What diagnoses look at in a run's data.
#pragma once

#include <optional>

#include "data/load.h"
#include "data/scaler.h"
#include "diagnose/run_facts.h"
#include "train/part.h"

namespace strata {

/// How a run has made features of its data's.
struct Standardising {
  ScalerKind kind = ScalerKind::standard;
  const Scaler* scaler = nullptr;  ///< the model's, which counts if it is there
};

/// Of the training and validation rows as the run divides them; without `split`, a source that has no validation part
/// trains on all rows. Throws as rows_of.
DataFacts data_facts(const DataSource& source, const std::optional<SplitPlan>& split,
                     const std::optional<Standardising>& standardising, int threads);

}  // namespace strata
