// stdout, and files that a run will write.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "io/input_files.h"

namespace strata::cli {

/// Writes all of `text` to stdout now. Throws Error(failed) if the system refuses.
void write_stdout(std::string_view text);

/// Writes `json` on a line. Throws as write_stdout, and Error(data) for bytes that are not UTF-8.
void write_json_line(const nlohmann::ordered_json& json);

/// Throws Error(failed), naming `option`, if `path` could not be written as things stand: no such folder, no
/// permission, or a folder itself. Writes nothing.
void check_writable(std::string_view option, const std::filesystem::path& path);

/// The same, and Error(usage) if writing `path` would replace one of the files that the command reads.
void check_output(std::string_view option, const std::filesystem::path& path, const InputFiles& inputs);

/// Throws Error(usage) if stdout goes into one of the files that the command reads.
void check_stdout(const InputFiles& inputs);

}  // namespace strata::cli
