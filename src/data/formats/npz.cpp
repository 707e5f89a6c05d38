#include "data/formats/npz.h"

#include <libdeflate.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include "core/error.h"
#include "data/read_file.h"
#include "data/shown_text.h"

namespace strata {

namespace {

// Records of a zip archive, PKWARE's APPNOTE 4.3: their signatures, and the sizes of their fixed parts.
constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kDirectoryEntry = 0x02014b50;
constexpr std::uint32_t kDirectoryEnd = 0x06054b50;
constexpr std::uint32_t kDirectoryEnd64 = 0x06064b50;
constexpr std::uint32_t kLocator64 = 0x07064b50;
constexpr std::size_t kLocalHeaderBytes = 30;
constexpr std::size_t kDirectoryEntryBytes = 46;
constexpr std::size_t kDirectoryEndBytes = 22;
constexpr std::size_t kLocator64Bytes = 20;
constexpr std::size_t kMostComment = 0xffff;
constexpr std::uint32_t kIn64Bits = 0xffffffff;  // the number stands in the extra field
constexpr std::size_t kExtra64 = 1;
constexpr std::size_t kStored = 0;
constexpr std::size_t kDeflated = 8;
/// Deflate's best case: 258 bytes from 2 bits.
constexpr std::size_t kMostInflation = 1032;

/// Reads numbers of an archive, little-endian, within its bounds.
class ZipBytes {
 public:
  /// They begin at `first` of the archive.
  ZipBytes(std::span<const std::uint8_t> bytes, std::size_t first, const std::string& name)
      : bytes_(bytes), first_(first), name_(name) {}

  std::uint64_t number(std::size_t at, std::size_t count) const {
    const auto part = span(at, count);
    std::uint64_t value = 0;
    for (std::size_t i = count; i-- > 0;) {
      value = value << 8U | part[i];
    }
    return value;
  }
  std::size_t two(std::size_t at) const { return static_cast<std::size_t>(number(at, 2)); }
  std::uint32_t four(std::size_t at) const { return static_cast<std::uint32_t>(number(at, 4)); }
  std::size_t eight(std::size_t at) const { return static_cast<std::size_t>(number(at, 8)); }
  std::span<const std::uint8_t> span(std::size_t at, std::size_t count) const {
    if (at < first_ || at > size() || count > size() - at) {
      throw data_error("{}: is truncated or corrupt: the archive points beyond its {} bytes; fetch the file again",
                       name_, size());
    }
    return bytes_.subspan(at - first_, count);
  }
  void require(std::size_t at, std::uint32_t signature) const {
    if (four(at) != signature) {
      throw data_error("{}: is corrupt: no record of a zip archive at byte {}; fetch the file again", name_, at);
    }
  }
  /// Of the whole archive.
  std::size_t size() const { return first_ + bytes_.size(); }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t first_;
  const std::string& name_;
};

/// Where the record of the directory's end stands: last in the file, but for a comment.
std::size_t find_directory_end(const ZipBytes& zip, const std::string& name) {
  const std::size_t last = zip.size() < kDirectoryEndBytes ? 0 : zip.size() - kDirectoryEndBytes;
  for (std::size_t back = 0; back <= std::min(last, kMostComment) && zip.size() >= kDirectoryEndBytes; ++back) {
    if (zip.four(last - back) == kDirectoryEnd) {
      return last - back;
    }
  }
  throw data_error("{}: is no zip archive, or cut short; expected one of arrays, as numpy.savez writes it", name);
}

struct Directory {
  std::size_t entries;
  std::size_t begin;
};

/// The directory, whose numbers stand in a record of 64 bits if one of them is too large for `end`.
Directory find_directory(const ZipBytes& zip, const std::string& name) {
  const std::size_t end = find_directory_end(zip, name);
  const bool has_locator = end >= kLocator64Bytes && zip.four(end - kLocator64Bytes) == kLocator64;
  if (!has_locator) {
    return {zip.two(end + 10), zip.four(end + 16)};
  }
  const std::size_t end64 = zip.eight(end - kLocator64Bytes + 8);
  zip.require(end64, kDirectoryEnd64);
  return {zip.eight(end64 + 32), zip.eight(end64 + 48)};
}

/// The next number of an extra field in 64 bits, if `value` says that it stands there.
void take_64(const ZipBytes& zip, std::size_t& at, std::size_t end, std::size_t& value) {
  if (value == kIn64Bits && at + 8 <= end) {
    value = zip.eight(at);
    at += 8;
  }
}

AlignedVector<std::uint8_t> inflate_member(std::span<const std::uint8_t> compressed, std::size_t size,
                                           const std::string& title) {
  const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> decompressor(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  if (!decompressor) {
    throw std::bad_alloc();
  }
  if (size / kMostInflation > compressed.size()) {
    throw data_error("{}: says that {} bytes become {}, which deflate cannot do; fetch the file again", title,
                     compressed.size(), size);
  }
  AlignedVector<std::uint8_t> bytes(size);
  if (libdeflate_deflate_decompress(decompressor.get(), compressed.data(), compressed.size(), bytes.data(), size,
                                    nullptr) != LIBDEFLATE_SUCCESS) {
    throw data_error("{}: is corrupt: it cannot be inflated to {} bytes; fetch the file again", title, size);
  }
  return bytes;
}

}  // namespace

bool is_npz_name(const std::filesystem::path& path) { return path.extension() == ".npz"; }

NpzFile::NpzFile(const std::filesystem::path& path) : NpzFile(read_file(path), path.string()) {}

NpzFile::NpzFile(AlignedVector<std::uint8_t> bytes, std::string name) : NpzFile(std::move(bytes), 0, std::move(name)) {}

NpzFile::NpzFile(AlignedVector<std::uint8_t> bytes, std::size_t first, std::string name)
    : bytes_(std::move(bytes)), first_(first), name_(std::move(name)) {
  read_directory();
}

NpzFile NpzFile::table_of(const std::filesystem::path& path) {
  constexpr std::size_t kEndBytes = std::size_t{1} << 20U;  // a table of some 10,000 arrays, and any comment
  FileEnd end = read_file_end(path, kEndBytes);
  const std::string name = path.string();
  const bool has_table = find_directory({end.bytes, end.first, name}, name).begin >= end.first;
  return has_table ? NpzFile(std::move(end.bytes), end.first, name) : NpzFile(path);
}

void NpzFile::read_directory() {
  const ZipBytes zip(bytes_, first_, name_);
  const Directory directory = find_directory(zip, name_);
  std::size_t at = directory.begin;
  for (std::size_t i = 0; i < directory.entries; ++i) {
    at = read_member(at);
  }
  if (names_.empty()) {
    throw data_error("{}: holds no array; expected X_train and y_train, or X and y", name_);
  }
}

/// The entry at `at` of the directory, unless it is of a folder; gives the next one's place.
std::size_t NpzFile::read_member(std::size_t at) {
  const ZipBytes zip(bytes_, first_, name_);
  zip.require(at, kDirectoryEntry);
  const std::size_t name_bytes = zip.two(at + 28);
  const std::size_t extra_bytes = zip.two(at + 30);
  const std::size_t extra = at + kDirectoryEntryBytes + name_bytes;
  const auto text = zip.span(at + kDirectoryEntryBytes, name_bytes);
  std::string name(text.begin(), text.end());
  Member member{.method = zip.two(at + 10),
                .checksum = zip.four(at + 16),
                .compressed = zip.four(at + 20),
                .size = zip.four(at + 24),
                .header = zip.four(at + 42)};
  for (std::size_t field = extra; field + 4 <= extra + extra_bytes; field += 4 + zip.two(field + 2)) {
    if (zip.two(field) == kExtra64) {
      std::size_t number = field + 4;
      const std::size_t end = number + zip.two(field + 2);
      take_64(zip, number, end, member.size);
      take_64(zip, number, end, member.compressed);
      take_64(zip, number, end, member.header);
    }
  }
  if ((zip.two(at + 8) & 1U) != 0) {
    throw data_error("{}: {} is encrypted; expected an archive without a password", name_, shown(name));
  }
  constexpr std::string_view kEnding = ".npy";
  if (name.ends_with(kEnding)) {
    name.resize(name.size() - kEnding.size());
  }
  if (has(name)) {
    throw data_error("{}: holds {} twice; expected different names", name_, shown(name));
  }
  if (!name.ends_with('/')) {
    names_.push_back(std::move(name));
    members_.push_back(member);
  }
  return extra + extra_bytes + zip.two(at + 32);
}

bool NpzFile::has(std::string_view name) const { return std::ranges::find(names_, name) != names_.end(); }

std::string NpzFile::title(std::string_view array) const { return name_ + ": " + std::string(array); }

AlignedVector<std::uint8_t> NpzFile::read(std::string_view name) const {
  const Member& member = members_[static_cast<std::size_t>(std::ranges::find(names_, name) - names_.begin())];
  const ZipBytes zip(bytes_, first_, name_);
  zip.require(member.header, kLocalHeader);
  const std::size_t start =
      member.header + kLocalHeaderBytes + zip.two(member.header + 26) + zip.two(member.header + 28);
  const auto compressed = zip.span(start, member.compressed);
  if (member.method != kStored && member.method != kDeflated) {
    throw data_error("{}: is compressed by method {}; expected none, or deflate; save it by numpy.savez", title(name),
                     member.method);
  }
  AlignedVector<std::uint8_t> bytes = member.method == kStored
                                          ? AlignedVector<std::uint8_t>(compressed.begin(), compressed.end())
                                          : inflate_member(compressed, member.size, title(name));
  if (bytes.size() != member.size || libdeflate_crc32(0, bytes.data(), bytes.size()) != member.checksum) {
    throw data_error("{}: is corrupt: its checksum is wrong; fetch the file again", title(name));
  }
  return bytes;
}

}  // namespace strata
