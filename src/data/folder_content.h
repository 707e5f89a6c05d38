// What a folder holds, as far as names tell: files of data, or something else, for messages.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace strata {

/// The names in a folder that do not begin with a dot, in byte order. Throws Error(data) if it cannot be listed.
std::vector<std::string> names_in(const std::filesystem::path& folder);

/// Whether a file of that name in a folder of data, or in the folders of an image folder, is read as part of them: IDX
/// and NPY files, by the names that load_data looks for, and images.
bool is_data_name(const std::filesystem::path& path);

/// Says what lies in `folder`, which is of no form that is known, and what to do about it: `holds …; expected …`.
std::string unknown_content(const std::filesystem::path& folder);

}  // namespace strata
