#include "data/gaps.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace strata {

namespace {

/// Without a branch, as most rows of most data lack nothing.
bool has_missing(const float* values, std::size_t count) {
  std::size_t missing = 0;
  for (std::size_t i = 0; i < count; ++i) {
    missing += std::isnan(values[i]) ? 1U : 0U;
  }
  return missing > 0;
}

}  // namespace

GapCounter::GapCounter(const std::optional<TableSchema>& table, std::size_t features) : features_(features) {
  const std::size_t columns = table ? table->features.size() : features;
  for (std::size_t i = 0, first = 0; i < columns; ++i) {
    const bool categorical = table && table->features[i].categorical;
    const std::size_t width = table ? table->features[i].width() : 1;
    places_.push_back({first, width, categorical});
    columns_.push_back({i});
    has_categories_ = has_categories_ || categorical;
    first += width;
  }
}

void GapCounter::add(const FeaturesView& features) {
  rows_ += features.rows();
  for (std::size_t row = 0; !features.are_pixels() && row < features.rows(); ++row) {
    add_row(features.values.row(row));
  }
}

void GapCounter::add(const FeaturesView& features, std::span<const std::uint32_t> rows) {
  rows_ += rows.size();
  for (std::size_t i = 0; !features.are_pixels() && i < rows.size(); ++i) {
    add_row(features.values.row(rows[i]));
  }
}

void GapCounter::add_row(const float* features) {
  if (!has_categories_ && !has_missing(features, features_)) {
    return;
  }
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const float* const field = features + places_[i].first;
    const auto is_zero = [](float x) { return x == 0; };
    columns_[i].missing += std::isnan(*field) ? 1U : 0U;
    columns_[i].unseen += places_[i].categorical && std::all_of(field, field + places_[i].width, is_zero) ? 1U : 0U;
  }
}

std::vector<ColumnGaps> GapCounter::gaps() const {
  std::vector<ColumnGaps> gaps;
  std::ranges::copy_if(columns_, std::back_inserter(gaps),
                       [](const ColumnGaps& column) { return column.missing + column.unseen > 0; });
  return gaps;
}

}  // namespace strata
