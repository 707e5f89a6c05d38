// Inputs for the kernels, and the comparison of their answers with tests/oracle/reference.h.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"
#include "data/scaler.h"
#include "model/model.h"
#include "tests/oracle/reference.h"

namespace strata::bench {

namespace reference = kernels::reference;

/// The unit roundoff of fp32.
inline constexpr double kRoundoff = 0x1.0p-24;

/// `count` floats uniform in (-range, range), a function of `seed`.
std::vector<float> random_floats(std::size_t count, double range, std::uint64_t seed);

inline std::vector<double> to_double(std::span<const float> values) { return {values.begin(), values.end()}; }

/// Throws Error(failed), naming `what` and the first wrong element, unless all values are within `bound` of the exact
/// ones.
void expect_near(std::string_view what, std::span<const float> values, std::span<const double> exact, double bound);

/// The largest error to expect of fp32 sums of `terms` products, if `exact` are the sums: their roundings are as good
/// as random, so that errors grow with the root of `terms`; a term left out is far beyond it.
double sum_bound(std::size_t terms, std::span<const double> exact);

reference::Network network_of(const Parameters& parameters);

/// The rows as they enter the network: (rows, features).
std::vector<double> standardised(const SamplesView& samples, std::span<const std::uint32_t> rows, const Scaler& scaler);

}  // namespace strata::bench
