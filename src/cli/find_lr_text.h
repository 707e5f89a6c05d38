// The results of range tests as text and as JSON.
#pragma once

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "search/range_test.h"

namespace strata::cli {

struct GroupRange {
  RangeTest test;
  Suggestion suggestion;
  OptimizerSpec optimizer;
};

/// Figures over the plane of two groups' rates.
struct RateMap {
  std::vector<std::string> groups;  ///< the two names
  std::vector<double> first;        ///< rates of the first group: a row each
  std::vector<double> second;       ///< of the second: a column each
  std::string figure;               ///< val_loss, or train_loss without validation rows
  std::vector<double> values;       ///< row by row; NaN where the run diverged

  double at(std::size_t row, std::size_t column) const { return values[row * second.size() + column]; }
  /// Index of the lowest value; values.size() if there is none.
  std::size_t lowest() const;
};

/// Some of the rates with their losses, and what is suggested.
std::string range_text(const std::vector<GroupRange>& groups);
std::string map_text(const RateMap& map);

/// find_lr.json: docs/formats.md.
nlohmann::ordered_json range_json(const std::vector<GroupRange>& groups);
nlohmann::ordered_json map_json(const RateMap& map);

}  // namespace strata::cli
