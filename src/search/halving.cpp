#include "search/halving.h"

#include <algorithm>

namespace strata {

std::vector<Rung> halving_rungs(std::size_t candidates, std::uint32_t epochs, std::uint32_t eta) {
  std::vector<Rung> rungs;
  for (Rung rung{candidates, epochs}; rung.candidates > 0 && rung.epochs > 0;
       rung.candidates /= eta, rung.epochs /= eta) {
    rungs.push_back(rung);
  }
  // The epochs were counted down from the last rung: the first trains the most candidates for the fewest epochs.
  for (std::size_t i = 0, j = rungs.size() - 1; i < j; ++i, --j) {
    std::swap(rungs[i].epochs, rungs[j].epochs);
  }
  return rungs;
}

}  // namespace strata
