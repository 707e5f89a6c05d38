// Several arrays in one file, as numpy.savez and numpy.savez_compressed write it: a zip archive of NPY files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/tensor.h"

namespace strata {

/// Whether `path` has the name of such a file: .npz.
bool is_npz_name(const std::filesystem::path& path);

class NpzFile {
 public:
  /// Reads the file and its table of arrays. Throws Error(data) if it is no zip archive, or one that is cut short,
  /// encrypted or in several files.
  explicit NpzFile(const std::filesystem::path& path);
  NpzFile(AlignedVector<std::uint8_t> bytes, std::string name);
  /// For its names: of a large file the end alone, where its table is, so that nothing can be read of it.
  static NpzFile table_of(const std::filesystem::path& path);

  /// The arrays' names, without .npy, in the file's order.
  const std::vector<std::string>& names() const { return names_; }
  bool has(std::string_view name) const;
  /// The array as an NPY file's bytes. Throws Error(data) if it is damaged, or compressed otherwise than by deflate.
  AlignedVector<std::uint8_t> read(std::string_view name) const;
  /// For messages: data.npz: X_train
  std::string title(std::string_view array) const;

 private:
  struct Member {
    std::size_t method = 0;
    std::uint32_t checksum = 0;
    std::size_t compressed = 0;  ///< bytes
    std::size_t size = 0;
    std::size_t header = 0;  ///< where its own header starts
  };
  NpzFile(AlignedVector<std::uint8_t> bytes, std::size_t first, std::string name);
  void read_directory();
  std::size_t read_member(std::size_t at);

  AlignedVector<std::uint8_t> bytes_;
  std::size_t first_ = 0;  ///< where in the file they begin
  std::string name_;
  std::vector<std::string> names_;
  std::vector<Member> members_;
};

}  // namespace strata
