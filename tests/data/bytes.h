// The bytes of a file.
#pragma once

#include <cstdint>
#include <vector>

namespace strata::test {

using Bytes = std::vector<std::uint8_t>;

}  // namespace strata::test
