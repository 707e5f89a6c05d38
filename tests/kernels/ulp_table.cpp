// ulp_table [THREADS]: the largest errors of our fp32 elementary functions over all 2^32 inputs, against the C
// library's in double. Takes minutes; docs/numerics.md holds what it prints.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <thread>
#include <vector>

#include "core/threads.h"
#include "kernels/denormals.h"
#include "kernels/elementary.h"
#include "kernels/instruction_set.h"

using namespace strata;

namespace {

struct Function {
  std::string_view name;
  void (*ours)(std::span<const float>, std::span<float>);
  double (*exact)(double);
  float last = std::numeric_limits<float>::infinity();  ///< inputs above are left out
};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }

const Function kFunctions[] = {
    {"exp", kernels::exp, std::exp},           {"expm1", kernels::expm1, std::expm1, 88.0F},
    {"log", kernels::log, std::log},           {"sigmoid", kernels::sigmoid, sigmoid},
    {"tanh", kernels::tanh, std::tanh},        {"erf", kernels::erf, std::erf},
    {"softplus", kernels::softplus, softplus},
};

/// The largest errors, over inputs that are no denormals and, for ulp, results that are normal.
struct Worst {
  double ulp = 0;
  float ulp_at = 0;
  double absolute = 0;  ///< where the result is below 1 in size
  float absolute_at = 0;

  void take(float x, float result, double exact) {
    const double size = std::fabs(exact);
    const double error = std::fabs(result - exact);
    if (size >= double{std::numeric_limits<float>::min()} && size <= double{std::numeric_limits<float>::max()}) {
      const double in_ulp = error / std::ldexp(1.0, std::ilogb(size) - 23);
      if (!(in_ulp <= ulp)) {
        ulp = in_ulp;
        ulp_at = x;
      }
    }
    if (size < 1 && !(error <= absolute)) {
      absolute = error;
      absolute_at = x;
    }
  }

  void take(const Worst& other) {
    if (!(other.ulp <= ulp)) {
      ulp = other.ulp;
      ulp_at = other.ulp_at;
    }
    if (!(other.absolute <= absolute)) {
      absolute = other.absolute;
      absolute_at = other.absolute_at;
    }
  }
};

/// Over the bit patterns first … last - 1.
Worst worst_of(const Function& function, std::uint64_t first, std::uint64_t last) {
  kernels::flush_denormals();
  Worst worst;
  std::vector<float> inputs(4096);
  std::vector<float> results(inputs.size());
  for (std::uint64_t bits = first; bits < last; bits += inputs.size()) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      inputs[i] = std::bit_cast<float>(static_cast<std::uint32_t>(bits + i));
    }
    function.ours(inputs, results);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const float x = inputs[i];
      if (!std::isfinite(x) || (x != 0 && !std::isnormal(x)) || x > function.last) {
        continue;
      }
      const double exact = function.exact(x);
      if (std::isfinite(exact)) {
        worst.take(x, results[i], exact);
      }
    }
  }
  return worst;
}

Worst worst_of(const Function& function, unsigned threads) {
  constexpr std::uint64_t kParts = 256;
  std::vector<Worst> worst(kParts);
  std::vector<std::jthread> team;
  for (unsigned t = 0; t < threads; ++t) {
    team.emplace_back([&, t] {
      for (std::uint64_t part = t; part < kParts; part += threads) {
        worst[part] = worst_of(function, part << 24U, (part + 1) << 24U);
      }
    });
  }
  team.clear();
  for (const Worst& part : worst) {
    worst[0].take(part);
  }
  return worst[0];
}

}  // namespace

int main(int argc, char** argv) {
  auto threads = static_cast<unsigned>(available_threads());
  if (argc == 2) {
    const std::string_view text = argv[1];
    std::from_chars(text.data(), text.data() + text.size(), threads);
  }
  fmt::print("on {}\n{:10} {:>8} {:>16} {:>14} {:>16}\n", kernels::instruction_set_name(), "function", "ulp", "at",
             "absolute (<1)", "at");
  for (const Function& function : kFunctions) {
    const Worst worst = worst_of(function, threads);
    fmt::print("{:10} {:8.4f} {:16.9g} {:14.3g} {:16.9g}\n", function.name, worst.ulp, worst.ulp_at, worst.absolute,
               worst.absolute_at);
    std::fflush(stdout);
  }
}
