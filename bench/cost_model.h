// What a step of the panels engine costs: counts of work, by shape and number of threads, each at a fitted price.
//
// Every phase counts for the thread that has most of it to do; phases add up, as barriers stand between them. What the
// counts leave out: conflicts in caches, the traffic of one core's results to the others, and clock rates that fall as
// more cores work.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "bench/selection.h"

namespace strata::bench {

inline constexpr std::array<std::string_view, 6> kCostNames{
    "lines of 16 multiply-adds",          "lines of weights updated",        "lines of weights with Adam",
    "lines from beyond the second cache", "lines of activations and pixels", "arrivals at barriers"};
/// Which of them a thread's arrival at a barrier is.
inline constexpr std::size_t kArrivals = 5;

/// How many of each thing a step has.
using CostCounts = std::array<double, kCostNames.size()>;
/// Seconds for each.
using CostPrices = std::array<double, kCostNames.size()>;

/// A step by the default optimizers, as the panels engine divides it on `threads` threads.
CostCounts count_costs(const Widths& widths, std::size_t batch, int threads);

double cost(const CostCounts& counts, const CostPrices& prices);

struct Measurement {
  CostCounts counts;
  double seconds;
};

/// The prices >= 0 that make the sum of squared relative errors smallest.
CostPrices fit_prices(std::span<const Measurement> measurements);

}  // namespace strata::bench
