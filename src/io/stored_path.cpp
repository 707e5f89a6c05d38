#include "io/stored_path.h"

#include <array>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/error.h"
#include "core/utf8.h"
#include "io/json_text.h"

namespace strata {

namespace fs = std::filesystem;

namespace {

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
