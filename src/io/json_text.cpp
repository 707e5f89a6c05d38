#include "io/json_text.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/error.h"
#include "core/text.h"

namespace strata {

namespace {

/// How deep arrays and objects nest in JSON text.
int nesting(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      i += c == '\\' ? 1 : 0;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return deepest;
}

namespace fs = std::filesystem;

constexpr std::array kPaths{"data",      "labels",      "validation_data", "validation_labels",
                            "test_data", "test_labels", "initial_weights", "from"};

/// The same path without `.`, `..` and a last `/`, so that two spellings of one file are one text. Of links only those
/// before a `..` are followed: another link may lead elsewhere some day, which is what it is for.
fs::path without_detours(const fs::path& path) {
  fs::path folders;
  for (const fs::path& part : path) {
    if (part == "..") {
      std::error_code error;
      folders = fs::weakly_canonical(folders, error).parent_path();
      if (error) {
        return path;
      }
    } else if (part != "." && !part.empty()) {
      folders /= part;
    }
  }
  return folders;
}

}  // namespace

nlohmann::ordered_json number_json(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json numbers_json(std::span<const double> values) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const double value : values) {
    json.push_back(number_json(value));
  }
  return json;
}

std::string json_string(std::string_view text) {
  // Names in metrics, by the line; the library takes ten times as long for what needs no escape.
  if (std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; })) {
    std::string quoted(1, '"');
    return (quoted += text) += '"';
  }
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_text(const nlohmann::ordered_json& json, int indent) {
  try {
    return json.dump(indent);
  } catch (const nlohmann::ordered_json::type_error&) {
    const std::string shown = json.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
    const std::size_t place = shown.find("\\ufffd");
    throw data_error(
        "{}: the bytes shown as \\ufffd are not UTF-8, which JSON has to be; rename or convert what holds them",
        shown.substr(place - std::min<std::size_t>(place, 20), 40));
  }
}

nlohmann::ordered_json parse_json(std::string_view text) {
  if (nesting(text) > kMostNesting) {
    throw data_error("arrays and objects nest deeper than {}", kMostNesting);
  }
  try {
    return nlohmann::ordered_json::parse(text);
  } catch (const nlohmann::ordered_json::exception& error) {
    throw data_error("{}", error.what());
  }
}

std::string quoted_name(std::string_view name) {
  constexpr std::size_t kLongest = 60;
  std::string shown(name.substr(0, kLongest));
  if (name.size() > kLongest) {
    shown += "...";
  }
  return nlohmann::json(shown).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string stored_path(const fs::path& path) {
  std::error_code error;
  std::string text = without_detours(fs::absolute(path, error)).string();
  if (error) {
    throw failed_error("{}: the folder that it is to be looked for in cannot be told: {}", path.string(),
                       error.message());
  }
  if (!is_utf8(text)) {
    throw usage_error(
        "{}: this path is not UTF-8, so that JSON files cannot name it; rename it, or go through a symbolic link",
        quoted_name(text));
  }
  return text;
}

nlohmann::ordered_json with_stored_paths(nlohmann::ordered_json config) {
  for (const char* key : kPaths) {
    if (const auto path = config.find(key); path != config.end()) {
      *path = stored_path(path->get<std::string>());
    }
  }
  return config;
}

}  // namespace strata
