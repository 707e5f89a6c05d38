#include "data/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <limits>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/file.h"
#include "data/gzip.h"

namespace strata {

namespace {

/// The error of the system call that failed last.
Error system_error(const std::string& path, const char* action) {
  return data_error("{}: cannot {} it: {}; check the path and its permissions", path, action, system_reason(errno));
}

}  // namespace

AlignedVector<std::uint8_t> read_file(const std::filesystem::path& path) {
  return read_file_end(path, std::numeric_limits<std::size_t>::max()).bytes;
}

FileEnd read_file_end(const std::filesystem::path& path, std::size_t most) {
  const std::string name = path.string();
  // Does not wait for a writer if the path is a pipe.
  const FileDescriptor file(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) {
    throw system_error(name, "open");
  }
  if (!S_ISREG(status.st_mode)) {
    throw data_error("{}: is not a regular file; expected a file of data", name);
  }
  const auto whole = static_cast<std::size_t>(status.st_size);
  const std::size_t size = std::min(whole, most);
  FileEnd end{whole - size, {}};
  AlignedVector<std::uint8_t>& bytes = end.bytes;
  bytes.reserve(size + 1);
  bytes.resize(size);
  std::size_t done = 0;
  while (done < bytes.size()) {  // one read, but for signals and the kernel's limit of 2 GiB
    const auto count =
        ::pread(file.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(end.first + done));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      throw system_error(name, "read");
    }
    if (count == 0) {
      throw data_error("{}: became shorter while it was read ({} of {} bytes); try again once it is written", name,
                       done, bytes.size());
    }
    done += static_cast<std::size_t>(count);
  }
  return end;
}

AlignedVector<std::uint8_t> read_inflated(const std::filesystem::path& path) {
  const std::string name = path.string();
  try {
    AlignedVector<std::uint8_t> bytes = read_file(path);
    if (path.extension() == ".gz") {
      return inflate_gzip(bytes, name);
    }
    if (is_gzip(bytes)) {
      throw data_error("{}: is gzip data although its name lacks .gz; expected plain data; rename it to {}.gz", name,
                       path.filename().string());
    }
    return bytes;
  } catch (const std::bad_alloc&) {
    throw data_error("{}: does not fit into memory; expected a data set that does; check that it is the right file",
                     name);
  }
}

std::filesystem::file_status look_at(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::none) {
    throw data_error("{}: cannot look at it: {}; check the path and its permissions", path.string(), error.message());
  }
  return status;
}

std::optional<std::filesystem::path> find_plain_or_gzip(const std::filesystem::path& folder, std::string_view name) {
  const std::filesystem::path plain = folder / name;
  std::filesystem::path zipped = plain;
  zipped += ".gz";
  const bool has_plain = std::filesystem::exists(look_at(plain));
  const bool has_zipped = std::filesystem::exists(look_at(zipped));
  if (has_plain && has_zipped) {
    throw data_error("{}: stands beside {}; expected only one of them; remove the other", plain.string(),
                     zipped.filename().string());
  }
  return has_plain ? std::optional(plain) : has_zipped ? std::optional(zipped) : std::nullopt;
}

ByteReader::ByteReader(AlignedVector<std::uint8_t> bytes, std::string name)
    : name_(std::move(name)), in_memory_(true), buffer_(std::move(bytes)) {}

std::size_t ByteReader::read(std::span<std::uint8_t> into) {
  const std::size_t buffered = std::min(into.size(), buffer_.size() - taken_);
  std::copy_n(buffer_.data() + taken_, buffered, into.data());
  taken_ += buffered;
  return buffered + read_file(into.subspan(buffered));
}

std::span<const std::uint8_t> ByteReader::peek(std::size_t count) {
  const std::size_t there = buffer_.size() - taken_;
  if (there < count && !in_memory_) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
    buffer_.resize(count);
    buffer_.resize(there + read_file(std::span(buffer_).subspan(there)));
  }
  return std::span(buffer_).subspan(taken_, std::min(count, buffer_.size() - taken_));
}

AlignedVector<std::uint8_t> ByteReader::take(std::size_t count) {
  constexpr std::size_t kAtOnce = std::size_t{8} << 20U;
  AlignedVector<std::uint8_t> bytes;
  for (bool more = true; more && bytes.size() < count;) {
    const std::size_t before = bytes.size();
    const std::size_t step = std::min(in_memory_ ? buffer_.size() - taken_ : kAtOnce, count - before);
    bytes.resize(before + step);
    const std::size_t found = read(std::span(bytes).subspan(before));
    bytes.resize(before + found);
    more = found == step && step > 0;
  }
  return bytes;
}

std::size_t ByteReader::read_file(std::span<std::uint8_t> into) {
  std::size_t done = 0;
  while (!in_memory_ && done < into.size()) {
    const ssize_t count = ::read(file_ ? file_.get() : STDIN_FILENO, into.data() + done, into.size() - done);
    if (count == 0) {
      break;
    }
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      throw data_error("{}: cannot read it: {}", name_, system_reason(errno));
    }
  }
  return done;
}

}  // namespace strata
