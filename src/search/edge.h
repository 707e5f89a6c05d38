// Whether the best point lies on the edge of what was tried, and what lies beyond.
#pragma once

#include <string>
#include <vector>

#include "search/axis.h"

namespace strata {

struct Edge {
  std::string axis;
  std::string value;    ///< the best point's
  bool largest = true;  ///< of the values tried; else the smallest
  Axis wider;           ///< the axis with what lies beyond added to it
};

/// Axes of numbers, two or more of them, on which `best` has the smallest or the largest value. What lies beyond goes
/// on in the same steps, by ratio if all numbers are above 0, for two values more. `drawn`: points come from draw(), so
/// a range's edge is its first or last tenth; beyond lies another tenfold.
std::vector<Edge> edges_of(const Point& best, const std::vector<Axis>& axes, bool drawn);

}  // namespace strata
