// The parts of a data set, as a run divides it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "data/load.h"
#include "data/split.h"

namespace strata {

enum class Part { test, validation, train, all };

/// How a run held out its validation rows.
struct SplitPlan {
  SplitKind kind = SplitKind::shuffled;
  double fraction = 0;
  std::uint64_t seed = 0;
};

/// Rows of one Dataset, ascending.
struct PartRows {
  const Dataset* data = nullptr;
  std::vector<std::uint32_t> rows;
};

/// The training part's rows, divided. Throws as split_rows, and Error(usage) if a stratified split has no classes to
/// divide.
Split split_training_rows(const DataSource& source, const SplitPlan& split);

/// 0 … rows - 1.
std::vector<std::uint32_t> all_rows(std::size_t rows);

/// All rows of `data`.
PartRows all_rows_of(const Dataset& data);

/// The rows of `part`, from one or more of the source's data sets, none of them empty; no element: the source has no
/// such rows. Validation rows are those that the source has as such, or else those that `split` holds out of the
/// training rows; all: training rows first (held out or not), then validation rows, then test rows.
/// `source` must outlive the result. Throws what split_rows throws, and Error(usage) if `split`, which training and
/// validation rows need unless the source has validation rows, is missing.
std::vector<PartRows> rows_of(Part part, const DataSource& source, const std::optional<SplitPlan>& split);

}  // namespace strata
