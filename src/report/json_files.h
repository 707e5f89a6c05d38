// JSON files of run folders, read with errors that name the file and the line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>

namespace strata {

/// Reads a file that holds one JSON object. Throws Error(data).
nlohmann::ordered_json read_json_object(const std::filesystem::path& path);

/// The number, or NaN for anything else.
double number_or_nan(const nlohmann::ordered_json& json);

/// The member of an object, 0 if it is no whole number or not there.
std::uint64_t whole_or_0(const nlohmann::ordered_json& object, const char* key);

/// Calls `take` with the object of each line, in order. A last line without its end, as a process leaves that is killed
/// or still writes, is left out; returns whether there was one. Throws Error(data), naming the line, for a line that
/// is no JSON object or for which `take` throws a JSON exception or an Error. `take_text` sees each line first; one for
/// which it returns true is not parsed.
bool read_json_lines(
    const std::filesystem::path& path, const std::function<void(nlohmann::ordered_json)>& take,
    const std::function<bool(std::string_view)>& take_text = [](std::string_view) { return false; });

}  // namespace strata
