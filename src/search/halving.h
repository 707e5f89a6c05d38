// Successive halving: many short trials, and longer ones of the best of them.
// Jamieson, Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace strata {

/// A round: so many candidates are trained for so many epochs.
struct Rung {
  std::size_t candidates = 0;
  std::uint32_t epochs = 0;

  bool operator==(const Rung&) const = default;
};

/// From `candidates` trained briefly to few trained for `epochs`: each rung has 1/eta of the candidates of the one
/// before it and eta times its epochs, both rounded down. As many rungs as leave each at least one candidate and one
/// epoch. candidates and epochs at least 1, eta at least 2.
std::vector<Rung> halving_rungs(std::size_t candidates, std::uint32_t epochs, std::uint32_t eta);

}  // namespace strata
