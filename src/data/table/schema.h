// How a table's columns become features, as a model remembers it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/target_kind.h"
#include "data/table/dialect.h"

namespace strata {

/// A column of features: one number, a date, which is a number of days since 1970, or a category that becomes one
/// feature (0 or 1) for each known value.
struct FeatureColumn {
  std::string name;  ///< by the header, or the index, from 0, of a table without one or of a column without a name
  bool categorical = false;
  std::vector<std::string> categories{};  ///< of a category, in byte order
  bool date = false;

  std::size_t width() const { return categorical ? categories.size() : 1; }
  friend bool operator==(const FeatureColumn&, const FeatureColumn&) = default;
};

/// The columns of a table by their roles. Columns that are ignored have none.
struct TableSchema {
  TableDialect dialect{};                 ///< by a header columns have names; without one names are indices
  std::vector<FeatureColumn> features{};  ///< in the order of the training table
  std::string label{};                    ///< empty: there are other targets
  std::string label_separator{};          ///< not empty: what stands between the labels of a row in that column
  std::vector<std::string> targets{};     ///< columns of numbers to learn
  std::vector<std::string> labels{};      ///< columns of 0 and 1, a label each
  std::string id{};                       ///< empty: none
  std::string weight{};                   ///< empty: none

  bool has_header() const { return dialect.header == HeaderLine::yes; }
  TargetKind target_kind() const {
    return !targets.empty()                              ? TargetKind::numbers
           : !labels.empty() || !label_separator.empty() ? TargetKind::labels
                                                         : TargetKind::classes;
  }
  /// Features in all, as the network sees them.
  std::size_t width() const {
    std::size_t sum = 0;
    for (const FeatureColumn& column : features) {
      sum += column.width();
    }
    return sum;
  }
  /// Which the feature is part of.
  const FeatureColumn& column_of(std::size_t feature) const {
    auto column = features.begin();
    while (feature >= column->width()) {
      feature -= column->width();
      ++column;
    }
    return *column;
  }
  friend bool operator==(const TableSchema&, const TableSchema&) = default;
};

/// Which columns of a table are learnt: "label 'species'", "targets 'price', 'area'".
std::string learnt_columns(const TableSchema& table);

}  // namespace strata
