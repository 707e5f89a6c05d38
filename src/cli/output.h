// stdout, and files that a run will write.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace strata::cli {

/// Writes all of `text` to stdout now. Throws Error(failed) if the system refuses.
void write_stdout(std::string_view text);

/// Writes `json` on a line; bytes that are not UTF-8 become U+FFFD.
void write_json_line(const nlohmann::ordered_json& json);

/// Throws Error(failed), naming `option`, if `path` could not be written as things stand: no such folder, no
/// permission, or a folder itself. Writes nothing.
void check_writable(std::string_view option, const std::filesystem::path& path);

}  // namespace strata::cli
