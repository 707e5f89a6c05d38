// The lines of a file that another process writes, as they come.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/file_descriptor.h"

namespace strata {

/// Follows one file, which need not be there yet. Only complete lines count.
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
