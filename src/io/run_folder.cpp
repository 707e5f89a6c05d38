#include "io/run_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/number.h"
#include "io/atomic_file.h"
#include "io/json_text.h"

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

namespace fs = std::filesystem;

Error unusable(const fs::path& path, const std::error_code& error) {
  return failed_error("cannot use {} as the run's folder: {}", path.string(), error.message());
}

/// `path` itself, once it and the folders above it are there.
fs::path created(fs::path path) {
  RunFolder::check_free(path);
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    throw unusable(path, error);
  }
  return path;
}

/// Removes what processes have left that were killed while they wrote a file.
void remove_temporaries(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (AtomicFile::is_temporary(entry.path().filename().string())) {
      fs::remove(entry.path(), ignored);
    }
  }
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

void RunFolder::check_free(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    return;
  }
  if (!fs::is_directory(status)) {
    throw usage_error("{}: it is a file; give the name of a new folder for the run", path.string());
  }
  const fs::directory_iterator entries(path, error);
  if (error) {
    throw unusable(path, error);
  }
  // A lock, or what a process leaves that is killed while it writes its first file.
  const bool empty = std::all_of(begin(entries), end(entries), [](const auto& entry) {
    const std::string name = entry.path().filename().string();
    return name == FolderLock::kName || AtomicFile::is_temporary(name);
  });
  if (!empty) {
    FolderLock::check_unlocked(path);
    throw usage_error(
        "{}: this folder is not empty; give the name of a new one, or go on with a run in it by strata train "
        "‹resume›",
        path.string());
  }
}

RunFolder::RunFolder(fs::path path) : path_(created(std::move(path))), lock_(path_) {
  check_free(path_);  // another run may have come and gone in between
}

RunFolder::RunFolder(fs::path path, FolderLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}

RunFolder RunFolder::existing(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path / "config.json", ignored)) {
    throw data_error("{}: {}; expected a folder that strata train has made with ‹run_dir›", path.string(),
                     !fs::exists(path, ignored)         ? "not found"
                     : !fs::is_directory(path, ignored) ? "is no folder"
                                                        : "has no config.json");
  }
  RunFolder folder(path, FolderLock(path));
  remove_temporaries(folder.path());
  remove_temporaries(folder.checkpoints());
  std::error_code none;
  fs::remove(folder.control(), none);  // whom it spoke to has been killed
  return folder;
}

void RunFolder::write_config(const nlohmann::ordered_json& config, const std::string& command) const {
  nlohmann::ordered_json json = config;
  json["strata_version"] = STRATA_VERSION;
  json["command"] = command;
  write_json(this->config(), json);
}

void write_json(const fs::path& path, const nlohmann::ordered_json& json) {
  const std::string text = json_text(json, 2) + "\n";
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

}  // namespace strata
