// Trials of a sweep as text: a point, what became of a trial, a table of the best.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "search/ranking.h"

namespace strata {

/// The point as `lower sgd, lower.lr 0.01`.
std::string point_text(const Point& point);

/// What became of a trial: its figure, or why there is none, which may name fields (core/field.h).
std::string outcome_text(const TrialRecord& record, Monitor monitor);

/// The value of an axis; a rate, which may be one of many digits between two round ones, with four.
std::string axis_value_text(std::string_view axis, std::string_view value);

/// How many candidates, and what became of them, are told one by one.
inline constexpr std::size_t kShownCandidates = 10;

/// A table of the best of ranked candidates, of which one at least was completed: heads and a line each.
std::string best_table(const std::vector<Candidate>& candidates, Monitor monitor);

}  // namespace strata
