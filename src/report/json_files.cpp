#include "report/json_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <fstream>
#include <iterator>
#include <limits>
#include <new>
#include <string>
#include <vector>

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

Error damaged_line(const std::filesystem::path& path, std::size_t number, const std::exception& error) {
  return data_error("{}: line {} is damaged ({}); remove the line, or restore the file", path.string(), number,
                    error.what());
}

/// The object that `text` spells. Throws Json::exception or Error without a place.
Json object_of(const std::string& text) {
  Json json = parse_json(text);
  if (!json.is_object()) {
    throw data_error("it is no JSON object");
  }
  return json;
}

/// Bytes of the file from `offset` on, as many as there are of `size`.
std::string bytes_at(const FileDescriptor& file, std::uint64_t offset, std::size_t size,
                     const std::filesystem::path& path) {
  std::string bytes(size, '\0');
  ssize_t count = 0;
  do {
    count = ::pread(file.get(), bytes.data(), size, static_cast<off_t>(offset));
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    throw data_error("{}: cannot be read ({})", path.string(), system_reason(errno));
  }
  bytes.resize(static_cast<std::size_t>(count));
  return bytes;
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
      throw damaged_line(path, number, error);
    }
  }
  return false;
}

bool GrowingLines::has_changed(const struct stat& now) const {
  return now.st_ino != seen_.st_ino || now.st_dev != seen_.st_dev || now.st_size != seen_.st_size ||
         now.st_mtim.tv_sec != seen_.st_mtim.tv_sec || now.st_mtim.tv_nsec != seen_.st_mtim.tv_nsec;
}

bool GrowingLines::holds_last_line(const FileDescriptor& file) const {
  return taken_ == 0 || bytes_at(file, taken_ - last_.size() - 1, last_.size() + 1, path_) == last_ + "\n";
}

void GrowingLines::forget() {
  taken_ = 0;
  number_ = 0;
  last_.clear();
}

bool GrowingLines::read(const std::function<void()>& begin_anew, const std::function<void(std::string_view)>& take) {
  struct stat now {};
  if (::stat(path_.c_str(), &now) != 0) {
    const bool has_gone = is_there_;
    is_there_ = false;
    if (has_gone) {
      forget();
      begin_anew();
    }
    return has_gone;
  }
  if (is_there_ && !has_changed(now)) {
    return false;
  }
  const FileDescriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || ::fstat(file.get(), &now) != 0) {
    throw data_error("{}: cannot be read ({})", path_.string(), system_reason(errno));
  }
  const bool is_other = is_there_ && (now.st_ino != seen_.st_ino || now.st_dev != seen_.st_dev);
  if (is_other || static_cast<std::uint64_t>(now.st_size) < taken_ || !holds_last_line(file)) {
    forget();
    begin_anew();
  }
  is_there_ = true;
  seen_ = now;
  read_on(file, take);
  return true;
}

void GrowingLines::read_on(const FileDescriptor& file, const std::function<void(std::string_view)>& take) {
  constexpr std::size_t kPiece = 256 * 1024;
  std::string text;  // from taken_ on
  for (;;) {
    const std::string piece = bytes_at(file, taken_ + text.size(), kPiece, path_);
    text += piece;
    std::size_t first = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', first)) {
      const std::string_view line = std::string_view(text).substr(first, end - first);
      ++number_;
      try {
        take(line);
      } catch (const std::bad_alloc&) {
        throw;
      } catch (const std::exception& error) {
        throw damaged_line(path_, number_, error);
      }
      last_ = line;
      first = end + 1;
    }
    taken_ += first;
    text.erase(0, first);
    if (piece.size() < kPiece) {
      return;
    }
  }
}

}  // namespace strata
