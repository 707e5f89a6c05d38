// What rows lack: fields that are filled, and categories that nobody knows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "data/dataset.h"
#include "data/table/schema.h"

namespace strata {

/// Of a column of features, in how many rows its field is missing (NaN), or a category that training did not have
/// (zeros in all of the column's features).
struct ColumnGaps {
  std::size_t column = 0;  ///< of the schema's features; without a table, the feature
  std::size_t missing = 0;
  std::size_t unseen = 0;

  friend bool operator==(const ColumnGaps&, const ColumnGaps&) = default;
};

/// Counts them in rows that come part by part.
class GapCounter {
 public:
  /// Of `features` features, which are the columns of `table`, or each a column of its own.
  GapCounter(const std::optional<TableSchema>& table, std::size_t features);

  void add(const FeaturesView& features);
  /// Of some rows.
  void add(const FeaturesView& features, std::span<const std::uint32_t> rows);

  std::size_t rows() const { return rows_; }
  /// Of the columns that have any, in order.
  std::vector<ColumnGaps> gaps() const;

 private:
  /// Where a column's features stand.
  struct Place {
    std::size_t first = 0;
    std::size_t width = 1;
    bool categorical = false;
  };
  void add_row(const float* features);

  std::vector<Place> places_;
  std::vector<ColumnGaps> columns_;
  std::size_t rows_ = 0;
  std::size_t features_;
  bool has_categories_ = false;
};

}  // namespace strata
