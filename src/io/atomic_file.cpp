#include "io/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace strata {

namespace {

namespace fs = std::filesystem;

constexpr mode_t kNewFile = 0666;  // less what the umask takes
constexpr mode_t kPermissions = 0777;

Error cannot_write(const std::string& name, int error_number) {
  return failed_error("cannot write {}: {}", name, system_reason(error_number));
}

/// Where the content belongs: the end of the chain of links that starts at `path`.
fs::path follow_links(const fs::path& path) {
  std::error_code error;
  if (!fs::is_symlink(path, error)) {
    return path;
  }
  fs::path target = fs::weakly_canonical(path, error);
  if (error) {
    throw cannot_write(path.string(), error.value());
  }
  return target;
}

/// It does not contain the target's name, which may be as long as names can be.
std::string temporary_name(int number) { return fmt::format(".strata-{}-{}.tmp", ::getpid(), number); }

std::string path_of_descriptor(int descriptor) { return fmt::format("/proc/self/fd/{}", descriptor); }

/// A file without a name, which the system removes whatever becomes of this process; none if the file system has no
/// such files, or there is no way to name it later.
FileDescriptor nameless_file(int folder) {
  FileDescriptor file(::openat(folder, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, kNewFile));
  return file && ::access(path_of_descriptor(file.get()).c_str(), F_OK) == 0 ? std::move(file) : FileDescriptor();
}

constexpr const char* kStdout = "to stdout";
constexpr const char* kTemporary = "a temporary file";

Error failed_temporary(int error_number) {
  return failed_error("cannot use {}: {}; set TMPDIR to a folder with room, or write into a file", kTemporary,
                      system_reason(error_number));
}

/// A new file that goes with its descriptor.
FileDescriptor nameless_file() {
  std::error_code error;
  const fs::path folder = fs::temp_directory_path(error);
  if (error) {
    throw failed_temporary(error.value());
  }
  std::string name = (folder / "strata-XXXXXX").string();
  FileDescriptor file(::mkostemp(name.data(), O_CLOEXEC));
  if (!file || ::unlink(name.c_str()) != 0) {
    throw failed_temporary(errno);
  }
  return file;
}

/// All of a file, to stdout.
void copy_to_stdout(int file) {
  std::array<std::byte, 1U << 16U> buffer{};
  ssize_t count = 0;
  for (off_t offset = 0; (count = ::pread(file, buffer.data(), buffer.size(), offset)) > 0; offset += count) {
    write_all(STDOUT_FILENO, std::span(buffer).first(static_cast<std::size_t>(count)), kStdout);
  }
  if (count < 0) {
    throw failed_temporary(errno);
  }
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& path) : name_(path.string()) {
  const fs::path target = follow_links(path);
  target_ = target.filename().string();
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  folder_ = FileDescriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder_) {
    throw failed_error("cannot write {}: folder {}: {}", name_, folder.string(), system_reason(errno));
  }
  struct stat existing {};
  const bool exists = ::fstatat(folder_.get(), target_.c_str(), &existing, 0) == 0;
  if (target_.empty() || (exists && S_ISDIR(existing.st_mode))) {
    throw failed_error("cannot write {}: it is a folder; give the name of a file", name_);
  }
  if (exists && !S_ISREG(existing.st_mode)) {
    throw failed_error("cannot write {}: it is no regular file; give the name of a file", name_);
  }
  file_ = nameless_file(folder_.get());
  if (!file_) {
    create_temporary();
  }
  if (exists && ::fchmod(file_.get(), existing.st_mode & kPermissions) != 0) {
    const int reason = errno;
    remove_temporary();
    throw cannot_write(name_, reason);
  }
}

void AtomicFile::name_file() {
  const std::string self = path_of_descriptor(file_.get());
  for (int number = 0; temporary_.empty(); ++number) {
    std::string name = temporary_name(number);
    noted_ = TemporaryName(folder_.get(), name);
    if (::linkat(AT_FDCWD, self.c_str(), folder_.get(), name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      temporary_ = std::move(name);  // which needs no memory
    } else if (errno != EEXIST) {
      throw cannot_write(name_, errno);
    }
  }
}

void AtomicFile::create_temporary() {
  for (int number = 0;; ++number) {
    temporary_ = temporary_name(number);
    noted_ = TemporaryName(folder_.get(), temporary_);
    file_ =
        FileDescriptor(::openat(folder_.get(), temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kNewFile));
    if (file_) {
      return;
    }
    if (errno != EEXIST) {
      temporary_.clear();
      throw cannot_write(name_, errno);
    }
  }
}

bool AtomicFile::is_temporary(std::string_view name) { return name.starts_with(".strata-") && name.ends_with(".tmp"); }

AtomicFile::~AtomicFile() { remove_temporary(); }

void AtomicFile::remove_temporary() {
  if (!temporary_.empty()) {
    ::unlinkat(folder_.get(), temporary_.c_str(), 0);
  }
}

void AtomicFile::write(std::span<const std::byte> bytes) { write_all(file_.get(), bytes, name_); }

void AtomicFile::rewrite_start(std::span<const std::byte> bytes) { overwrite_all(file_.get(), bytes, name_); }

void AtomicFile::commit() {
  if (!make_durable(file_.get())) {
    throw cannot_write(name_, errno);
  }
  if (temporary_.empty()) {
    name_file();
  }
  if (!file_.close() || ::renameat(folder_.get(), temporary_.c_str(), folder_.get(), target_.c_str()) != 0) {
    throw cannot_write(name_, errno);
  }
  temporary_.clear();
  noted_ = {};
  if (!make_durable(folder_.get())) {
    throw cannot_write(name_, errno);
  }
}

OutputTarget::OutputTarget(const std::optional<fs::path>& path, bool held_back) {
  if (path) {
    file_.emplace(*path);
  } else if (held_back) {
    held_back_ = nameless_file();
  }
}

void OutputTarget::write(std::span<const std::byte> bytes) {
  if (file_) {
    file_->write(bytes);
  } else if (held_back_) {
    write_all(held_back_.get(), bytes, kTemporary);
  } else {
    write_all(STDOUT_FILENO, bytes, kStdout);
  }
}

void OutputTarget::rewrite_start(std::span<const std::byte> bytes) {
  if (file_) {
    file_->rewrite_start(bytes);
  } else {
    overwrite_all(held_back_.get(), bytes, kTemporary);
  }
}

void OutputTarget::commit() {
  if (file_) {
    file_->commit();
  } else if (held_back_) {
    copy_to_stdout(held_back_.get());
  }
}

}  // namespace strata
