// JSON files of run folders, read once or as they grow, with errors that name the file and the line.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/file.h"

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

/// The lines of a file that another process writes, as they come. It need not be there yet; only complete lines count.
class GrowingLines {
 public:
  explicit GrowingLines(std::filesystem::path path) : path_(std::move(path)) {}

  /// Calls `take` with each line that has come since the last call. A file that has since become shorter, was replaced,
  /// or has another line where the last one was taken, as after a resumed run cut it and wrote on, is read from its
  /// first line again, after a call of `begin_anew`; so is one that has gone. Returns whether there was anything to do.
  /// Throws Error(data), naming the line, if `take` throws a JSON exception or an Error, or if the file cannot be read.
  bool read(const std::function<void()>& begin_anew, const std::function<void(std::string_view)>& take);

 private:
  bool has_changed(const struct stat& now) const;
  bool holds_last_line(const FileDescriptor& file) const;
  void forget();
  void read_on(const FileDescriptor& file, const std::function<void(std::string_view)>& take);

  std::filesystem::path path_;
  struct stat seen_ {};
  bool is_there_ = false;
  std::uint64_t taken_ = 0;  ///< bytes of complete lines
  std::size_t number_ = 0;   ///< lines taken
  std::string last_;         ///< the last one
};

}  // namespace strata
