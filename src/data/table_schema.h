// How a table's columns become features, as a model remembers it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace strata {

/// A column of features: one number, or a category that becomes one feature (0 or 1) for each known value.
struct FeatureColumn {
  std::string name;  ///< by the header, or the index, from 0, of a table without one or of a column without a name
  bool categorical = false;
  std::vector<std::string> categories{};  ///< of a category, in byte order

  std::size_t width() const { return categorical ? categories.size() : 1; }
  friend bool operator==(const FeatureColumn&, const FeatureColumn&) = default;
};

/// The columns of a table by their roles. Columns that are ignored have none.
struct TableSchema {
  bool header = true;                     ///< whether the first line names the columns; else names are indices
  std::vector<FeatureColumn> features{};  ///< in the order of the training table
  std::string label{};
  std::string id{};      ///< empty: none
  std::string weight{};  ///< empty: none

  /// Features in all, as the network sees them.
  std::size_t width() const {
    std::size_t sum = 0;
    for (const FeatureColumn& column : features) {
      sum += column.width();
    }
    return sum;
  }
  friend bool operator==(const TableSchema&, const TableSchema&) = default;
};

}  // namespace strata
