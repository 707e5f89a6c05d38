// Messages as the command spells them.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "core/field.h"

namespace strata::test {

/// `text`, its fields as options: --batch-size.
inline std::string as_typed(std::string_view text) {
  return spelled(text, [](std::string_view name) {
    std::string option = "--" + std::string(name);
    std::replace(option.begin(), option.end(), '_', '-');
    return option;
  });
}

}  // namespace strata::test
