// Paths as files of JSON keep them.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace strata {

/// `path` such that it leads to the same file from any folder. Throws Error(usage) if it is not UTF-8, which JSON has
/// to be, so that another file would be looked for later.
std::string stored_path(const std::filesystem::path& path);

/// A run's configuration with the paths of what it reads as stored_path has them. Throws as that.
nlohmann::ordered_json with_stored_paths(nlohmann::ordered_json config);

}  // namespace strata
