// What is asked of a run by way of its folder: lines of control.jsonl, which its process makes while it takes them.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

namespace strata {

/// Whether the folder has such a file, and this user may write to it.
bool takes_requests(const std::filesystem::path& folder);

/// Adds a line, such as {"do":"pause"}; the run does it between two steps and tells so in changes.jsonl. Throws
/// Error(failed).
void request(const std::filesystem::path& folder, const nlohmann::ordered_json& what);

}  // namespace strata
