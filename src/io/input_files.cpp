#include "io/input_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "core/error.h"
#include "core/field.h"
#include "data/folder_content.h"

namespace strata {

/// Of a regular file; the default one is of none.
struct InputFiles::Identity {
  bool is_file = false;
  dev_t device = 0;
  ino_t inode = 0;

  explicit Identity(const struct stat& status)
      : is_file(S_ISREG(status.st_mode)), device(status.st_dev), inode(status.st_ino) {}
  Identity() = default;

  static Identity of(const std::filesystem::path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? Identity(status) : Identity();
  }
  bool operator==(const Identity&) const = default;
};

namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 2;  ///< FOLDER/train/CLASS/image.png; FOLDER/best/checkpoints/step-1.safetensors

/// By their names in the folder of a run or a sweep.
bool is_run_name(const fs::path& path) {
  constexpr std::array<std::string_view, 5> kNames{"config.json", "metrics.jsonl", "trials.jsonl", "find_lr.json",
                                                   "model.safetensors"};
  const std::string name = path.filename().string();
  return std::ranges::find(kNames, name) != kNames.end() ||
         (name.starts_with("step-") && name.ends_with(".safetensors"));
}

/// The first file below `folder` for which `is_it` holds. What cannot be listed is told by whoever reads it.
template <class IsIt>
std::optional<fs::path> find_below(const fs::path& folder, IsIt is_it) {
  constexpr auto kOptions =
      fs::directory_options::follow_directory_symlink | fs::directory_options::skip_permission_denied;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, kOptions, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry.depth() >= kDeepest) {
      entry.disable_recursion_pending();
    }
    if (is_it(entry->path())) {
      return entry->path();
    }
  }
  return std::nullopt;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

/// Throws Error(failed), naming `option`, if `path` could not be written as things stand.
void check_writable(std::string_view option, const fs::path& path) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    throw failed_error("{} {}: there is no folder '{}'; make it first", field(option), path.string(), folder.string());
  }
  if (fs::is_directory(path, ignored)) {
    throw failed_error("{} {}: this is a folder; name a file in it", field(option), path.string());
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    throw failed_error("{} {}: cannot write into folder '{}': {}", field(option), path.string(), folder.string(),
                       std::generic_category().message(errno));
  }
}

}  // namespace

void InputFiles::add_data(const DataRequest& request) {
  if (request.data == "-") {
    add_file("/dev/stdin");
  } else if (is_folder(request.data)) {
    data_folders_.push_back(request.data);
  } else {
    add_file(request.data);
  }
  for (const auto& path :
       {request.labels, request.validation_data, request.validation_labels, request.test_data, request.test_labels}) {
    if (path) {
      add_file(*path);
    }
  }
}

void InputFiles::add_model(const fs::path& path) {
  if (is_folder(path)) {
    add_run_folder(path);
  } else {
    add_file(path);
  }
}

std::optional<fs::path> InputFiles::same_as(const fs::path& output) const { return find(Identity::of(output)); }

std::optional<fs::path> InputFiles::same_as(int descriptor) const {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 ? find(Identity(status)) : std::nullopt;
}

std::optional<fs::path> InputFiles::find(const Identity& output) const {
  if (!output.is_file) {
    return std::nullopt;
  }
  const auto is_output = [&](const fs::path& path) { return Identity::of(path) == output; };
  if (const auto file = std::ranges::find_if(files_, is_output); file != files_.end()) {
    return *file;
  }
  const auto find_in = [&](const std::vector<fs::path>& folders, bool (*is_read)(const fs::path&)) {
    std::optional<fs::path> found;
    for (auto folder = folders.begin(); !found && folder != folders.end(); ++folder) {
      found = find_below(*folder, [&](const fs::path& path) { return is_read(path) && is_output(path); });
    }
    return found;
  };
  const std::optional<fs::path> found = find_in(data_folders_, is_data_name);
  return found ? found : find_in(run_folders_, is_run_name);
}

void check_output(std::string_view option, const fs::path& path, const InputFiles& inputs) {
  check_writable(option, path);
  if (const auto input = inputs.same_as(path)) {
    throw usage_error("{} {}: it would replace {}, which the command reads; name another file", field(option),
                      path.string(), *input == path ? "that file" : input->string());
  }
}

void check_stdout(const InputFiles& inputs) {
  if (const auto input = inputs.same_as(STDOUT_FILENO)) {
    throw usage_error("stdout goes into {}, which the command reads; send it into another file", input->string());
  }
}

}  // namespace strata
