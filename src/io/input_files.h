// The files that a command reads, so that none of its outputs replaces one of them.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "data/load.h"

namespace strata {

/// Files are told apart by device and inode, so that links are what they lead to. Only regular files count: a terminal
/// or a pipe is nothing that could be replaced. Paths need not exist; what lies there is looked at when it is compared.
class InputFiles {
 public:
  void add_file(std::filesystem::path path) { files_.push_back(std::move(path)); }
  /// Its files; of a folder those that are read as data; `-` is stdin.
  void add_data(const DataRequest& request);
  /// What commands read of the folder of a run, a sweep or a learning-rate test. Its report is only written.
  void add_run_folder(std::filesystem::path folder) { run_folders_.push_back(std::move(folder)); }
  /// A model: its file, or the folder of its run.
  void add_model(const std::filesystem::path& path);

  /// The file read that is the regular file at `output`, if there is one.
  std::optional<std::filesystem::path> same_as(const std::filesystem::path& output) const;
  /// The same of an open file, such as stdout.
  std::optional<std::filesystem::path> same_as(int descriptor) const;

 private:
  struct Identity;
  std::optional<std::filesystem::path> find(const Identity& output) const;

  std::vector<std::filesystem::path> files_;
  std::vector<std::filesystem::path> data_folders_;
  std::vector<std::filesystem::path> run_folders_;
};

/// Throws Error(failed), naming `option`, if `path` could not be written as things stand: no such folder, no
/// permission, or a folder itself; and Error(usage) if that would replace one of the files that are read. Writes
/// nothing.
void check_output(std::string_view option, const std::filesystem::path& path, const InputFiles& inputs);

/// Throws Error(usage) if stdout goes into one of the files that are read.
void check_stdout(const InputFiles& inputs);

}  // namespace strata
