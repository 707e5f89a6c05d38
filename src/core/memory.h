// How much memory this process may still take.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>

namespace strata {

/// Bytes that the system can give without swapping out other programs, swap space included; empty if it does not say.
/// `root` is "/" outside tests.
std::optional<std::size_t> available_memory(const std::filesystem::path& root = "/");

}  // namespace strata
