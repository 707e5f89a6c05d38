#include "optim/key.h"

#include <fmt/format.h>

namespace strata {

std::string setting_text(const OptimizerKey& key, double value) {
  return key.type == OptimizerKey::Type::boolean ? fmt::format(",{}={}", key.name, value != 0)
                                                 : fmt::format(",{}={}", key.name, value);
}

}  // namespace strata
