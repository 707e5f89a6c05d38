#include "data/formats/image_folder.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <fstream>

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#include <stb/stb_image_write.h>

#include "data/formats/image.h"
#include "data/load.h"
#include "data/read_file.h"
#include "tests/catch.h"
#include "tests/core/refused_calls.h"
#include "tests/core/temporary_folder.h"
#include "tests/core/thrown.h"

namespace data_image_folder_test {

using namespace strata;
namespace fs = std::filesystem;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes ramp(std::size_t size, unsigned first) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(first + 7 * i);
  }
  return bytes;
}

void write_png(const fs::path& path, int width, int height, int channels, const Bytes& pixels) {
  fs::create_directories(path.parent_path());
  REQUIRE(stbi_write_png(path.c_str(), width, height, channels, pixels.data(), width * channels) != 0);
}

void write_jpeg(const fs::path& path, int width, int height, int channels, const Bytes& pixels) {
  fs::create_directories(path.parent_path());
  REQUIRE(stbi_write_jpg(path.c_str(), width, height, channels, pixels.data(), 90) != 0);
}

void write_bytes(const fs::path& path, const Bytes& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

Bytes content(const fs::path& path) {
  const auto bytes = read_file(path);
  return {bytes.begin(), bytes.end()};
}

DataSource load(const fs::path& folder) { return load_data({.data = folder, .threads = 2}); }

std::string refusal(const fs::path& folder) {
  return test::thrown([&] { load(folder); });
}

}  // namespace

TEST_CASE("a folder for each class", "[data]") {
  const test::TemporaryFolder folder;
  write_png(folder.path() / "dog/b.png", 3, 2, 1, ramp(6, 100));
  write_png(folder.path() / "dog/a.PNG", 3, 2, 1, ramp(6, 50));
  write_png(folder.path() / "cat/1.png", 3, 2, 1, ramp(6, 0));
  write_bytes(folder.path() / "cat/.hidden", {1});
  fs::create_directories(folder.path() / ".cache");
  const DataSource source = load(folder.path());
  CHECK(source.class_names == std::vector<std::string>{"cat", "dog"});
  CHECK(source.classes == 2);
  CHECK(source.train.sample_shape == std::vector<std::size_t>{2, 3});
  CHECK(source.train.labels == std::vector<std::uint32_t>{0, 1, 1});
  CHECK(source.train.ids == std::vector<std::string>{"cat/1.png", "dog/a.PNG", "dog/b.png"});
  Bytes expected = ramp(6, 0);
  for (const unsigned first : {50U, 100U}) {
    const Bytes more = ramp(6, first);
    expected.insert(expected.end(), more.begin(), more.end());
  }
  CHECK(Bytes(source.train.pixels.begin(), source.train.pixels.end()) == expected);
  CHECK(source.test.rows() == 0);
}

TEST_CASE("parts of a folder of images in colour", "[data]") {
  const test::TemporaryFolder folder;
  for (const char* part : {"train", "test", "validation"}) {
    write_png(folder.path() / part / "b/x.png", 2, 2, 3, ramp(12, 9));
  }
  write_jpeg(folder.path() / "train/a/x.jpeg", 2, 2, 3, Bytes(12, 200));
  const DataSource source = load(folder.path());
  CHECK(has_validation_part({.data = folder.path()}));
  CHECK(source.train.sample_shape == std::vector<std::size_t>{2, 2, 3});
  CHECK(source.train.rows() == 2);
  CHECK(source.test.labels == std::vector<std::uint32_t>{1});
  CHECK(source.validation.labels == std::vector<std::uint32_t>{1});
  for (std::size_t i = 0; i < 12; ++i) {
    CHECK(std::abs(int{source.train.pixels[i]} - 200) < 4);
  }
}

TEST_CASE("images for a model take its classes by name", "[data]") {
  const test::TemporaryFolder folder;
  write_png(folder.path() / "b/x.png", 2, 2, 1, ramp(4, 9));
  const DataNeeds needs{.features = 4, .classes = 3, .sample_shape = {2, 2}, .class_names = {"a", "b", "c"}};
  const DataSource source = load_for_model({.data = folder.path()}, needs);
  CHECK(source.train.labels == std::vector<std::uint32_t>{1});
  CHECK(source.class_names == needs.class_names);
  write_png(folder.path() / "unknown/x.png", 2, 2, 1, ramp(4, 9));
  CHECK(test::missing(test::thrown([&] { load_for_model({.data = folder.path()}, needs); }),
                      {"unknown", "is no class", "a, b, c"})
            .empty());
  CHECK(load_for_model({.data = folder.path()}, needs, LabelUse::ignore).train.rows() == 2);
}

TEST_CASE("a folder of images that cannot be listed is named", "[data]") {
  const test::TemporaryFolder folder;
  write_png(folder.path() / "a/1.png", 2, 2, 1, ramp(4, 0));
  CHECK(test::missing_without({{SYS_openat, EACCES, 2, O_DIRECTORY}},
                              {"data: " + folder.path().string(), "cannot list it: Permission denied; check the path"},
                              [&] { load_image_folder(folder.path(), {}, LabelUse::read, 1); })
            .empty());
}

TEST_CASE("what does not belong into a folder of images is named", "[data]") {
  const test::TemporaryFolder folder;
  const fs::path& path = folder.path();
  write_png(path / "a/1.png", 2, 2, 1, ramp(4, 0));
  const auto expect = [&](const fs::path& stranger, std::initializer_list<std::string_view> words) {
    const std::string error = refusal(path);
    CHECK(test::missing(error, words).empty());
    CHECK(test::missing(error, {"data: ", stranger.string()}).empty());
    fs::remove_all(stranger);
  };
  write_png(path / "a/2.png", 3, 2, 1, ramp(6, 0));
  expect(path / "a/2.png", {"2 x 3 grey", "expected 2 x 2 grey"});
  write_png(path / "a/2.png", 2, 2, 3, ramp(12, 0));
  expect(path / "a/2.png", {"2 x 2 RGB"});
  write_png(path / "a/2.png", 2, 2, 4, ramp(16, 0));
  expect(path / "a/2.png", {"alpha"});
  write_bytes(path / "a/notes.txt", {1});
  expect(path / "a/notes.txt", {"is no .png"});
  fs::create_directory(path / "a/folder.png");
  expect(path / "a/folder.png", {"is no .png"});
  write_bytes(path / "notes.txt", {1});
  expect(path / "notes.txt", {"is no folder"});
  write_bytes(path / "a/2.jpg", {1, 2, 3});
  expect(path / "a/2.jpg", {"neither a PNG nor a JPEG"});
  write_bytes(path / "a/2.jpg", {});
  expect(path / "a/2.jpg", {"neither a PNG nor a JPEG"});
  fs::create_directories(path / "b");
  expect(path / "b", {"holds no image"});
  write_png(path / "train/a/1.png", 2, 2, 1, ramp(4, 0));
  CHECK(test::missing(refusal(path), {"stands beside folders of parts"}).empty());
}

TEST_CASE("every truncation of an image is refused, and every damage of a PNG", "[data]") {
  const test::TemporaryFolder folder;
  write_png(folder.path() / "x.png", 9, 7, 3, ramp(189, 3));
  write_jpeg(folder.path() / "x.jpg", 9, 7, 3, ramp(189, 3));
  for (const char* name : {"x.png", "x.jpg"}) {
    const Bytes whole = content(folder.path() / name);
    const ImageShape shape = image_shape(whole, name);
    CHECK(shape == ImageShape{7, 9, 3});
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      CHECK(test::missing(test::thrown([&] { image_shape(part, name); }), {"data: ", name}).empty());
    }
    for (std::size_t i = 0; i < whole.size(); ++i) {
      Bytes changed = whole;
      changed[i] ^= 0x41;
      const std::string error = test::thrown([&] {
        Bytes pixels(image_shape(changed, name).bytes());
        decode_image(changed, image_shape(changed, name), pixels, name);
      });
      const bool taken = error == "nothing thrown";
      if (taken ? std::string_view(name) == "x.png" : !error.starts_with("data: ")) {
        FAIL_CHECK(name << " byte " << i << ": " << error);
      }
    }
  }
}

TEST_CASE("a small file cannot claim many pixels", "[data]") {
  const test::TemporaryFolder folder;
  write_jpeg(folder.path() / "x.jpg", 8, 8, 1, Bytes(64, 9));
  Bytes bytes = content(folder.path() / "x.jpg");
  for (std::size_t i = 0; i + 9 < bytes.size(); ++i) {
    if (bytes[i] == 0xff && bytes[i + 1] == 0xc0) {  // height and width stand behind length and precision
      std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(i) + 5, 4, std::uint8_t{0xff});
    }
  }
  CHECK(test::missing(test::thrown([&] { image_shape(bytes, "x.jpg"); }), {"claims 65535 x 65535"}).empty());
}

TEST_CASE("an image of 2 GiB is refused before it is looked at", "[data]") {
  constexpr std::size_t kSize = std::size_t{1} << 31U;
  void* const memory = ::mmap(nullptr, kSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  const std::span file(static_cast<const std::uint8_t*>(memory), kSize);
  CHECK(test::thrown([&] { image_shape(file, "x.png"); }) ==
        "data: x.png: has 2147483648 bytes; expected an image of less than 2 GiB");
  ::munmap(memory, kSize);
}

TEST_CASE("an image that no longer is what it was told to be is refused", "[data]") {
  const test::TemporaryFolder folder;
  write_jpeg(folder.path() / "x.jpg", 8, 8, 1, Bytes(64, 9));
  const Bytes bytes = content(folder.path() / "x.jpg");
  Bytes pixels(64);
  for (const ImageShape& shape : {ImageShape{8, 4, 1}, ImageShape{4, 8, 1}}) {
    CHECK(test::missing(test::thrown([&] { decode_image(bytes, shape, pixels, "x.jpg"); }),
                        {"data: x.jpg: cannot be decoded (its size)"})
              .empty());
  }
  CHECK_NOTHROW(decode_image(bytes, {8, 8, 1}, pixels, "x.jpg"));
}

}  // namespace data_image_folder_test
