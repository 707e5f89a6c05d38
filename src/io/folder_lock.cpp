#include "io/folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <string>

#include "core/error.h"
#include "core/number.h"

namespace strata {

namespace {

/// `another process`, or `another process, 1234,` if the one that holds the lock has said so.
std::string holder(int file) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(file, text.data(), text.size(), 0);
  const auto process = parse_number<std::uint64_t>({text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))});
  return process ? fmt::format("another process, {},", *process) : "another process";
}

/// For others to read. Whether they can is no concern of this process.
void tell_holder(int file) {
  const std::string text = fmt::format("{}", ::getpid());
  [[maybe_unused]] const bool told = ::ftruncate(file, 0) == 0 && ::pwrite(file, text.data(), text.size(), 0) > 0;
}

/// flock, for who does not wait. False if another process has it.
bool lock(int file, int kind, const std::filesystem::path& folder) {
  int result = 0;
  do {
    result = ::flock(file, kind | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  if (result != 0 && errno != EWOULDBLOCK) {
    throw failed_error("cannot lock {}: {}", (folder / FolderLock::kName).string(), system_reason(errno));
  }
  return result == 0;
}

Error in_use(int file, const std::filesystem::path& folder) {
  return failed_error("{}: {} works in this folder; wait for it, or name another folder", folder.string(),
                      holder(file));
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder) {
  constexpr mode_t kNewFile = 0666;  // less what the umask takes
  const std::filesystem::path path = folder / kName;
  file_ = FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kNewFile));
  if (!file_) {
    throw failed_error("cannot write {}: {}", path.string(), system_reason(errno));
  }
  if (!lock(file_.get(), LOCK_EX, folder)) {
    throw in_use(file_.get(), folder);
  }
  tell_holder(file_.get());
}

void FolderLock::check_unlocked(const std::filesystem::path& folder) {
  const FileDescriptor file(::open((folder / kName).c_str(), O_RDONLY | O_CLOEXEC));
  if (file && !lock(file.get(), LOCK_SH, folder)) {
    throw in_use(file.get(), folder);
  }
}

}  // namespace strata
