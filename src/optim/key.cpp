#include "optim/key.h"

#include <fmt/format.h>

#include "core/figure.h"

namespace strata {

std::string key_value_text(const OptimizerKey& key, double value) {
  switch (key.type) {
    case OptimizerKey::Type::boolean:
      return value != 0 ? "true" : "false";
    case OptimizerKey::Type::figure:
      return fmt::format("val_{}", kFigures[static_cast<std::size_t>(value)].name);
    default:
      return fmt::format("{}", value);
  }
}

std::string setting_text(const OptimizerKey& key, double value) {
  return fmt::format(",{}={}", key.name, key_value_text(key, value));
}

}  // namespace strata
