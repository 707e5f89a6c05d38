#include "train/part.h"

#include <numeric>
#include <utility>

#include "core/error.h"

namespace strata {

namespace {

/// Training or validation rows.
PartRows side_of_split(Part part, const DataSource& source, const std::optional<SplitPlan>& split) {
  if (source.validation.rows() > 0) {
    return all_rows_of(part == Part::train ? source.train : source.validation);
  }
  if (!split) {
    throw usage_error(
        "‹part›: this model does not say how its run divided the training rows; give the run's folder, or ‹part› test "
        "or all");
  }
  Split rows = split_training_rows(source, *split);
  return {&source.train, std::move(part == Part::train ? rows.train : rows.validation)};
}

}  // namespace

Split split_training_rows(const DataSource& source, const SplitPlan& split) {
  if (source.targets == TargetKind::classes) {
    return split_rows(split.kind, source.train.labels, split.fraction, split.seed);
  }
  if (split.kind == SplitKind::stratified) {
    throw usage_error("‹split› stratified divides each class, but the data have {}; use shuffled",
                      source.targets == TargetKind::labels ? "several labels" : "numbers");
  }
  const std::vector<std::uint32_t> of_one_class(source.train.rows());
  return split_rows(split.kind, of_one_class, split.fraction, split.seed);
}

std::vector<std::uint32_t> all_rows(std::size_t rows) {
  std::vector<std::uint32_t> indices(rows);
  std::iota(indices.begin(), indices.end(), 0U);
  return indices;
}

PartRows all_rows_of(const Dataset& data) { return {&data, all_rows(data.rows())}; }

std::vector<PartRows> rows_of(Part part, const DataSource& source, const std::optional<SplitPlan>& split) {
  std::vector<PartRows> parts;
  switch (part) {
    case Part::test:
      parts = {all_rows_of(source.test)};
      break;
    case Part::validation:
    case Part::train:
      parts = {side_of_split(part, source, split)};
      break;
    case Part::all:
      parts = {all_rows_of(source.train), all_rows_of(source.validation), all_rows_of(source.test)};
      break;
  }
  std::erase_if(parts, [](const PartRows& p) { return p.rows.empty(); });
  return parts;
}

}  // namespace strata
