// Numbers, strings and paths as files of JSON keep them, and JSON text read.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

namespace strata {

/// A number that fmt prints so that it reads back exactly; null where JSON has no such number (NaN, infinities).
struct JsonNumber {
  double value;
};

/// The number, or null likewise.
nlohmann::ordered_json number_json(double value);
nlohmann::ordered_json numbers_json(std::span<const double> values);

/// `text` in quotes, with JSON's escapes. Bytes that are not UTF-8 become U+FFFD: for messages.
std::string json_string(std::string_view text);

/// `json` as text: on one line, or by lines indented so far. Throws Error(data), showing the text, for bytes that are
/// not UTF-8: JSON cannot hold them, and others in their place would be another name.
std::string json_text(const nlohmann::ordered_json& json, int indent = -1);

/// Parses JSON text. Throws Error(data), without the file's name, if it is none, or if arrays and objects nest deeper
/// than kMostNesting: whatever walks through them calls itself for each level.
nlohmann::ordered_json parse_json(std::string_view text);
inline constexpr int kMostNesting = 64;

/// A name from a file for a message of one line: in quotes, escaped to printable ASCII, cut after 60 bytes.
std::string quoted_name(std::string_view name);

/// `path` as files of JSON keep it: such that it leads to the same file from any folder. Throws Error(usage) if it is
/// not UTF-8, which JSON has to be, so that another file would be looked for later.
std::string stored_path(const std::filesystem::path& path);

/// A run's configuration with the paths of what it reads as stored_path has them. Throws as that.
nlohmann::ordered_json with_stored_paths(nlohmann::ordered_json config);

}  // namespace strata

template <>
struct fmt::formatter<strata::JsonNumber> {
  constexpr auto parse(format_parse_context& context) { return context.begin(); }
  auto format(strata::JsonNumber number, format_context& context) const {
    return std::isfinite(number.value) ? fmt::format_to(context.out(), "{}", number.value)
                                       : fmt::format_to(context.out(), "null");
  }
};
