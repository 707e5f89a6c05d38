#include "data/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>

#include "core/error.h"
#include "core/file_descriptor.h"

namespace strata {

namespace {

/// The error of the system call that failed last.
Error system_error(const std::string& path, const char* action) {
  return data_error("{}: cannot {} it: {}; check the path and its permissions", path, action, system_reason(errno));
}

}  // namespace

AlignedVector<std::uint8_t> read_file(const std::filesystem::path& path) {
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
  const auto size = static_cast<std::size_t>(status.st_size);
  AlignedVector<std::uint8_t> bytes;
  bytes.reserve(size + 1);
  bytes.resize(size);
  std::size_t done = 0;
  while (done < bytes.size()) {  // one read, but for signals and the kernel's limit of 2 GiB
    const auto count = ::read(file.get(), bytes.data() + done, bytes.size() - done);
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
  return bytes;
}

}  // namespace strata
