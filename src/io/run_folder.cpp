#include "io/run_folder.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "io/atomic_file.h"
#include "io/json_text.h"

namespace strata {

namespace {

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
