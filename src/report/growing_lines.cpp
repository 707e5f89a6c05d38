#include "report/growing_lines.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <new>
#include <vector>

#include "core/error.h"

namespace strata {

namespace {

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
        throw data_error("{}: line {} is damaged ({}); remove the line, or restore the file", path_.string(), number_,
                         error.what());
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
