#include "report/json_files.h"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <limits>
#include <new>
#include <string>

#include "core/error.h"
#include "io/json_text.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

std::ifstream opened(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw data_error("{}: found a folder, expected a file of a run folder", path.string());
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw data_error("{}: cannot be read ({}); expected a file of a run folder", path.string(),
                     std::generic_category().message(errno));
  }
  return in;
}

/// The object that `text` spells. Throws Json::exception or Error without a place.
Json object_of(const std::string& text) {
  Json json = parse_json(text);
  if (!json.is_object()) {
    throw data_error("it is no JSON object");
  }
  return json;
}

}  // namespace

Json read_json_object(const std::filesystem::path& path) {
  std::ifstream in = opened(path);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  try {
    return object_of(text);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw data_error("{}: damaged ({}); expected one JSON object", path.string(), error.what());
  }
}

double number_or_nan(const Json& json) {
  return json.is_number() ? json.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

std::uint64_t whole_or_0(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

bool read_json_lines(const std::filesystem::path& path, const std::function<void(Json)>& take,
                     const std::function<bool(std::string_view)>& take_text) {
  std::ifstream in = opened(path);
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (in.eof()) {
      return true;
    }
    try {
      if (!take_text(line)) {
        take(object_of(line));
      }
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      throw data_error("{}: line {} is damaged ({}); remove the line, or restore the file", path.string(), number,
                       error.what());
    }
  }
  return false;
}

}  // namespace strata
