#include "dist/launcher.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>

namespace strata {

namespace {

/// A variable that holds a whole number; empty if it is not there or holds something else.
std::optional<int> number(const char* variable) {
  const char* text = std::getenv(variable);
  int value = 0;
  if (text == nullptr || std::from_chars(text, text + std::strlen(text), value).ec != std::errc()) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

std::optional<Launched> launched() {
  struct Names {
    const char* rank;
    const char* world_size;
  };
  // PMIx tells no size but through its library; Slurm does beside it.
  constexpr std::array<Names, 3> kLaunchers{{{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                             {"PMI_RANK", "PMI_SIZE"},
                                             {"PMIX_RANK", "SLURM_STEP_NUM_TASKS"}}};
  for (const Names& names : kLaunchers) {
    if (const auto rank = number(names.rank); rank && *rank >= 0) {
      return Launched{*rank, std::max(*rank + 1, number(names.world_size).value_or(1))};
    }
  }
  return std::nullopt;
}

}  // namespace strata
