// Inflates gzip data (RFC 1952) as a whole.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/tensor.h"

namespace strata {

/// Whether the bytes start as gzip data does.
bool is_gzip(std::span<const std::uint8_t> bytes);

/// Inflates every member of `compressed`, one after the other; `name` is the file's, for messages. Never allocates
/// more than the 1032-fold of the compressed size, the most that deflate can reach; the size in the footer is a hint.
/// Throws Error(data) if the data is not gzip, truncated, corrupt (its checksum included) or followed by other bytes.
AlignedVector<std::uint8_t> inflate_gzip(std::span<const std::uint8_t> compressed, const std::string& name);

}  // namespace strata
