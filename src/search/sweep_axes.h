// What a sweep varies, as its options say it.
#pragma once

#include <string_view>
#include <vector>

#include "optim/optimizer.h"
#include "search/axis.h"
#include "settings/given.h"

namespace strata {

/// The axes, an optimizer before its keys, by `lower`, `upper`, `group`, `lower-lr`, `upper-lr` and `vary`. Throws
/// Error(usage) for a text that is wrong, and for what is varied twice.
std::vector<Axis> sweep_axes(const Given& given);

/// Throws Error(usage) for a key that no optimizer of its group knows.
void check_keys(const std::vector<Axis>& axes, Convention convention);

/// `a,b,c` or `a..b:n` as the values of an axis; `a..b` as a range alone. Throws Error(usage) naming `option`.
Axis parse_rates(std::string_view option, std::string_view text);

}  // namespace strata
