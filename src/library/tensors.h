// The weights by their names, as callers read them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "model/model.h"

namespace strata::library {

/// Names and shapes, a JSON array.
std::string tensors_json(const Parameters& parameters);

/// Copies the one of that name. Throws Error(usage) for another name, or another number of elements.
void copy_tensor(const Parameters& parameters, std::string_view name, float* values, std::size_t count);

/// Their hash with a zero behind it.
void copy_hash(const Parameters& parameters, char* hash);

}  // namespace strata::library
