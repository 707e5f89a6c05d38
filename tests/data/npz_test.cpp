// Arrays in an NPZ file. (tests/interop/check_arrays.py compares those that numpy writes.)
#include "data/formats/npz.h"

#include <libdeflate.h>

#include "data/load.h"
#include "tests/core/thrown.h"
#include "tests/data/data_files.h"
#include "tests/data/npy_files.h"

namespace strata::test::data_npz_test {

namespace {

struct ZipMember {
  std::string name;
  Bytes content;
  bool deflated = false;
  bool in_64_bits = false;  // as numpy writes headers of members whose size it does not know
};

void put(Bytes& bytes, std::uint64_t value, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(i < sizeof(value) ? value >> 8 * i : 0));
  }
}

Bytes deflated(const Bytes& content) {
  libdeflate_compressor* const compressor = libdeflate_alloc_compressor(6);
  Bytes bytes(libdeflate_deflate_compress_bound(compressor, content.size()));
  bytes.resize(libdeflate_deflate_compress(compressor, content.data(), content.size(), bytes.data(), bytes.size()));
  libdeflate_free_compressor(compressor);
  return bytes;
}

/// Of a local header or an entry of the directory, what both have from the version on.
void put_common(Bytes& bytes, const ZipMember& member, std::size_t compressed) {
  put(bytes, 45, 2);
  put(bytes, 0, 2);
  put(bytes, member.deflated ? 8 : 0, 2);
  put(bytes, 0, 4);
  put(bytes, libdeflate_crc32(0, member.content.data(), member.content.size()), 4);
  put(bytes, member.in_64_bits ? 0xffffffff : compressed, 4);
  put(bytes, member.in_64_bits ? 0xffffffff : member.content.size(), 4);
  put(bytes, member.name.size(), 2);
  put(bytes, member.in_64_bits ? 20 : 0, 2);
}

void put_name(Bytes& bytes, const ZipMember& member, std::size_t compressed) {
  bytes.insert(bytes.end(), member.name.begin(), member.name.end());
  if (member.in_64_bits) {
    put(bytes, 1, 2);
    put(bytes, 16, 2);
    put(bytes, member.content.size(), 8);
    put(bytes, compressed, 8);
  }
}

Bytes zip_of(const std::vector<ZipMember>& members, const std::string& comment = "") {
  Bytes bytes;
  Bytes directory;
  for (const ZipMember& member : members) {
    const Bytes stored = member.deflated ? deflated(member.content) : member.content;
    put(directory, 0x02014b50, 4);
    put(directory, 45, 2);
    put_common(directory, member, stored.size());
    put(directory, 0, 10);
    put(directory, bytes.size(), 4);
    put_name(directory, member, stored.size());
    put(bytes, 0x04034b50, 4);
    put_common(bytes, member, stored.size());
    put_name(bytes, member, stored.size());
    bytes.insert(bytes.end(), stored.begin(), stored.end());
  }
  const std::size_t begin = bytes.size();
  bytes.insert(bytes.end(), directory.begin(), directory.end());
  put(bytes, 0x06054b50, 4);
  put(bytes, 0, 4);
  put(bytes, members.size(), 2);
  put(bytes, members.size(), 2);
  put(bytes, directory.size(), 4);
  put(bytes, begin, 4);
  put(bytes, comment.size(), 2);
  bytes.insert(bytes.end(), comment.begin(), comment.end());
  return bytes;
}

NpzFile npz(const Bytes& bytes) { return {{bytes.begin(), bytes.end()}, "a.npz"}; }

Bytes features() { return npy_file<float>({3, 2}, {1, 2, 3, 4, 5, 6}); }
Bytes labels() { return npy_file<std::int64_t>({3}, {7, 9, 7}); }

}  // namespace

TEST_CASE("The arrays of an NPZ file are those that were saved", "[data]") {
  const NpzFile file =
      npz(zip_of({{"X.npy", features()}, {"folder/", {}}, {"y.npy", labels(), true, true}}, "PK\5\6 no"));
  CHECK(file.names() == std::vector<std::string>{"X", "y"});
  const auto x = file.read("X");
  const auto y = file.read("y");
  CHECK(Bytes(x.begin(), x.end()) == features());
  CHECK(Bytes(y.begin(), y.end()) == labels());
  CHECK(file.title("y") == "a.npz: y");
}

TEST_CASE("The names of a large NPZ file stand at its end, or in all of it", "[data]") {
  constexpr std::size_t kMany = 400'000;
  const Bytes large = npy_file<float>({kMany, 1}, std::vector<float>(kMany, 1.0F));
  const TemporaryFolder folder;
  folder.write("end.npz", zip_of({{"X_train.npy", large}, {"X_validation.npy", features()}}));
  CHECK(NpzFile::table_of(folder.path() / "end.npz").names() == std::vector<std::string>{"X_train", "X_validation"});
  CHECK(thrown([&] { NpzFile::table_of(folder.path() / "end.npz").read("X_train"); }).find("points beyond") !=
        std::string::npos);
  std::vector<ZipMember> members;
  for (char letter = 'a'; letter <= 't'; ++letter) {
    members.push_back({std::string(60'000, letter), features()});
  }
  folder.write("all.npz", zip_of(members));
  CHECK(NpzFile::table_of(folder.path() / "all.npz").names() == NpzFile(folder.path() / "all.npz").names());
}

TEST_CASE("What is damaged in an NPZ file is refused", "[data]") {
  const Bytes sound = zip_of({{"X.npy", features(), true}, {"y.npy", labels()}});
  for (std::size_t size = 0; size < sound.size(); ++size) {  // cut short
    CHECK(thrown([&] {
            npz({sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(size)});
          }).starts_with("data: a.npz"));
  }
  std::size_t refused = 0;
  for (std::size_t at = 0; at < sound.size(); ++at) {
    Bytes damaged = sound;
    damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ 0x41U);
    const std::string message = thrown([&] {
      const NpzFile file = npz(damaged);
      for (const std::string& name : file.names()) {
        file.read(name);
      }
    });
    CHECK((message == "nothing thrown" || message.starts_with("data: a.npz")));
    refused += message == "nothing thrown" ? 0 : 1;
  }
  CHECK(refused > sound.size() / 2);  // dates, versions and names may be any
  CHECK(thrown([] { npz(zip_of({})); }).find("holds no array") != std::string::npos);
  CHECK(thrown([] {
          npz(zip_of({{"X.npy", features()}, {"X", features()}}));
        }).find("holds 'X' twice") != std::string::npos);
  CHECK(thrown([] { npz(features()); }).find("is no zip archive") != std::string::npos);
}

TEST_CASE("The parts of an NPZ file are called as a folder's files", "[data]") {
  const TemporaryFolder folder;
  const auto load = [&](const std::vector<ZipMember>& members) {
    folder.write("a.npz", zip_of(members));
    return load_data({.data = folder.path() / "a.npz"});
  };
  const DataSource parts = load({{"x_train.npy", features()},
                                 {"y_train.npy", labels()},
                                 {"x_test.npy", npy_file<float>({1, 2}, {8, 9})},
                                 {"y_test.npy", npy_file<std::uint8_t>({1, 1}, {9})}});
  CHECK((parts.train.rows() == 3 && parts.validation.rows() == 0 && parts.test.rows() == 1));
  CHECK(parts.class_names == std::vector<std::string>{"7", "9"});
  CHECK(parts.test.labels[0] == 1);
  CHECK(parts.test.source == (folder.path() / "a.npz").string() + ": x_test");
  const DataSource whole = load({{"y.npy", labels()}, {"X.npy", features(), true}, {"more.npy", labels()}});
  CHECK((whole.train.rows() == 3 && whole.test.rows() == 0));
  CHECK(thrown([&] {
          load({{"X.npy", features()}});
        }).find("a.npz: y: is missing; expected it beside X") != std::string::npos);
  CHECK(thrown([&] {
          load({{"images.npy", features()}, {"labels.npy", labels()}});
        }).find("has the arrays 'images', 'labels'; expected X_train and y_train") != std::string::npos);
  CHECK(thrown([&] {
          load({{"X_test.npy", features()}, {"y_test.npy", labels()}});
        }).find("X_train.npy: is missing") != std::string::npos);
  CHECK(thrown([&] {
          load({{"X.npy", features()}, {"x.npy", features()}, {"y.npy", labels()}});
        }).find("stands beside") != std::string::npos);
}

}  // namespace strata::test::data_npz_test
