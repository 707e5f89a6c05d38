#include "io/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "core/error.h"

namespace strata {

FolderLock::FolderLock(const std::filesystem::path& folder) {
  constexpr mode_t kNewFile = 0666;  // less what the umask takes
  const std::filesystem::path path = folder / kName;
  file_ = FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kNewFile));
  if (!file_) {
    throw failed_error("cannot write {}: {}", path.string(), system_reason(errno));
  }
  int result = 0;
  do {
    result = ::flock(file_.get(), LOCK_EX | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  if (result != 0 && errno == EWOULDBLOCK) {
    throw failed_error("{}: another process works in this folder; wait for it, or name another folder",
                       folder.string());
  }
  if (result != 0) {
    throw failed_error("cannot lock {}: {}", path.string(), system_reason(errno));
  }
}

}  // namespace strata
