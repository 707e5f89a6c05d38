// Numbers that Python makes as easily, for figures of rows that another program has, too.
#pragma once

#include <cstdint>

namespace strata::test {

struct Lcg {
  std::uint32_t state;
  std::uint32_t below(std::uint32_t bound) {
    state = (state * 1103515245U + 12345U) % (1U << 31U);
    return (state >> 16U) % bound;
  }
};

}  // namespace strata::test
