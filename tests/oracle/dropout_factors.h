// The factors of a step's dropout for the oracle.
#pragma once

#include <cstdint>
#include <vector>

#include "model/model.h"
#include "tests/oracle/reference.h"
#include "tests/oracle/scalar_dropout.h"

namespace strata::test {

/// Of each hidden layer with a rate, those of a batch of `rows` at update `step`.
inline kernels::reference::DropoutFactors dropout_factors(const ModelSpec& model, const std::vector<double>& rates,
                                                          std::uint64_t seed, std::size_t rows, std::uint64_t step) {
  kernels::reference::DropoutFactors factors(rates.size());
  for (std::size_t l = 0; l < factors.size(); ++l) {
    const auto mask = kernels::dropout_mask(rates[l], seed, l, step);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t u = 0; u < model.hidden[l]; ++u) {
        factors[l].push_back(scalar::is_dropped(mask, r, u) ? 0 : 1 / (1 - rates[l]));
      }
    }
  }
  return factors;
}

}  // namespace strata::test
