// Images made alike. The values are Pillow's: resize(size, BILINEAR), convert("L"), paste over white.
#include "data/formats/image_form.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "data/formats/image.h"
#include "data/formats/image_folder.h"
#include "data/load.h"
#include "tests/catch.h"
#include "tests/core/temporary_folder.h"
#include "tests/core/thrown.h"

namespace strata::test::data_image_form_test {

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

Bytes ramp(std::size_t size, unsigned first, unsigned step) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(first + step * i);
  }
  return bytes;
}

void put(const fs::path& path, const Bytes& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

// PNGs of 2 x 1 pixels, by their types: grey 0, 200; RGB (10, 20, 30), (200, 100, 0); grey and alpha (0, 255), (0, 51);
// RGB and alpha (10, 20, 30, 255), (10, 20, 30, 0); grey of 16 bits 0x12ff, 0xfe80; a palette of 2 colours, red and one
// that is transparent.
const Bytes kGrey{137, 80, 78, 71,  13, 10,  26,  10,  0,   0,   0, 13, 73, 72, 68, 82, 0,  0,  0,   2,   0,  0,  0,
                  1,   8,  0,  0,   0,  0,   209, 73,  32,  86,  0, 0,  0,  11, 73, 68, 65, 84, 120, 218, 99, 96, 56,
                  1,   0,  0,  203, 0,  201, 250, 108, 180, 139, 0, 0,  0,  0,  73, 69, 78, 68, 174, 66,  96, 130};
const Bytes kRgb{137, 80,  78, 71,  13, 10,  26,  10, 0,   0,  0,   13,  73,  72,  68,  82, 0,  0,
                 0,   2,   0,  0,   0,  1,   8,   2,  0,   0,  0,   123, 64,  232, 221, 0,  0,  0,
                 15,  73,  68, 65,  84, 120, 218, 99, 224, 18, 145, 59,  145, 194, 0,   0,  4,  63,
                 1,   105, 59, 199, 79, 71,  0,   0,  0,   0,  73,  69,  78,  68,  174, 66, 96, 130};
const Bytes kGreyAlpha{137, 80, 78,  71,  13, 10,  26,  10, 0,  0,   0,   13, 73,  72,  68, 82, 0, 0,
                       0,   2,  0,   0,   0,  1,   8,   4,  0,  0,   0,   94, 43,  183, 1,  0,  0, 0,
                       13,  73, 68,  65,  84, 120, 218, 99, 96, 248, 207, 96, 12,  0,   3,  53, 1, 51,
                       232, 88, 168, 146, 0,  0,   0,   0,  73, 69,  78,  68, 174, 66,  96, 130};
const Bytes kRgbAlpha{137, 80,  78,  71, 13,  10,  26,  10, 0,   0,  0,   13,  73, 72,  68,  82, 0,  0,
                      0,   2,   0,   0,  0,   1,   8,   6,  0,   0,  0,   244, 34, 127, 138, 0,  0,  0,
                      15,  73,  68,  65, 84,  120, 218, 99, 224, 18, 145, 251, 15, 196, 12,  0,  7,  52,
                      1,   120, 217, 72, 127, 112, 0,   0,  0,   0,  73,  69,  78, 68,  174, 66, 96, 130};
const Bytes kGrey16{137, 80,  78,  71,  13, 10,  26,  10, 0,  0,   0,   13,  73,  72,  68, 82,  0, 0,
                    0,   2,   0,   0,   0,  1,   16,  0,  0,  0,   0,   129, 217, 252, 21, 0,   0, 0,
                    13,  73,  68,  65,  84, 120, 218, 99, 16, 250, 255, 175, 1,   0,   5,  198, 2, 144,
                    197, 250, 153, 137, 0,  0,   0,   0,  73, 69,  78,  68,  174, 66,  96, 130};
const Bytes kTransparentPalette{
    137, 80, 78, 71, 13,  10,  26,  10,  0,  0,   0,   13,  73,  72, 68, 82, 0,   0,  0,  2,  0,  0,   0,   1,   8,
    3,   0,  0,  0,  195, 252, 143, 184, 0,  0,   0,   6,   80,  76, 84, 69, 255, 0,  0,  0,  0,  255, 108, 161, 253,
    142, 0,  0,  0,  2,   116, 82,  78,  83, 255, 0,   229, 183, 48, 74, 0,  0,   0,  11, 73, 68, 65,  84,  120, 218,
    99,  96, 96, 4,  0,   0,   4,   0,   2,  44,  222, 72,  173, 0,  0,  0,  0,   73, 69, 78, 68, 174, 66,  96,  130};

struct Resize {
  std::size_t width, height, channels, to_width, to_height;
  unsigned step;
  Bytes expected;
};

DataSource load(const fs::path& folder, const ImageForm& form) {
  return load_data({.data = folder, .images = form, .threads = 2});
}

Bytes pixels_of(const Dataset& data) { return {data.pixels.begin(), data.pixels.end()}; }

constexpr ImageForm kConvert{.rule = ImageRule::convert};

}  // namespace

TEST_CASE("images are scaled as Pillow scales them", "[data]") {
  const std::vector<Resize> cases{
      {5, 4, 1, 3, 2, 37, {123, 95, 108, 121, 150, 138}},
      {5, 4, 1, 8, 3, 37, {66,  82,  101, 76, 76, 99, 122, 138, 161, 177, 192, 135,
                           119, 142, 93,  53, 75, 91, 114, 137, 161, 184, 164, 147}},
      {7, 3, 3, 2, 5, 53, {120, 131, 106, 130, 141, 141, 108, 129, 108, 128, 129, 143, 89,  125, 112,
                           124, 111, 147, 132, 139, 108, 138, 107, 128, 161, 148, 106, 147, 105, 116}},
      {2, 2, 1, 5, 5, 90, {11, 20, 56,  92,  101, 29, 35, 61,  87,  93,  101, 97, 82,
                           67, 63, 173, 159, 103, 47, 33, 191, 174, 108, 42,  25}},
      {9, 7, 1, 1, 1, 31, {129}},
  };
  for (const Resize& one : cases) {
    CAPTURE(one.width, one.height, one.to_width, one.to_height);
    const Bytes pixels = ramp(one.width * one.height * one.channels, 11, one.step);
    CHECK(resized(pixels, {one.width, one.height}, one.channels, {one.to_width, one.to_height}) == one.expected);
    CHECK(resized(pixels, {one.width, one.height}, one.channels, {one.width, one.height}) == pixels);
  }
}

TEST_CASE("colours become grey, and what is transparent white, as Pillow has it", "[data]") {
  CHECK(as_grey(ramp(30, 5, 41)) == Bytes{38, 161, 105, 151, 95, 141, 85, 131, 75, 121});
  CHECK(before_white(ramp(24, 5, 41), 4) ==
        Bytes{130, 150, 171, 243, 249, 254, 115, 148, 180, 249, 158, 175, 248, 251, 253, 115, 144, 173});
  CHECK(before_white(ramp(12, 5, 41), 2) == Bytes{210, 171, 184, 254, 173, 180});
}

TEST_CASE("sizes are a width and a height", "[data]") {
  CHECK(image_size_of("28x14") == ImageSize{28, 14});
  CHECK(to_string(ImageSize{28, 14}) == "28x14");
  for (const std::string_view text :
       {"", "28", "28x", "x28", "0x5", "5x0", "28X28", "028x5", "-1x5", "1x2x3", "1 x 2", "10001x5"}) {
    CAPTURE(text);
    CHECK_FALSE(image_size_of(text));
  }
}

TEST_CASE("images are strict unless they are converted", "[data]") {
  for (const Bytes& file : {kGreyAlpha, kRgbAlpha, kTransparentPalette}) {
    CHECK(missing(thrown([&] { image_shape(file, "x.png"); }), {"has an alpha channel", "--images convert"}) == "");
  }
  CHECK(missing(thrown([&] { image_shape(kGrey16, "x.png"); }), {"has 16 bits a channel", "--images convert"}) == "");
  const auto converted = [](const Bytes& file, const ImageForm& form = kConvert) {
    const ImageShape shape = image_shape(file, "x.png", form);
    Bytes pixels(shape.bytes());
    decode_image(file, shape, pixels, "x.png", form);
    return pixels;
  };
  CHECK(converted(kGrey) == Bytes{0, 200});
  CHECK(converted(kGreyAlpha) == Bytes{0, 204});
  CHECK(converted(kRgbAlpha) == Bytes{10, 20, 30, 255, 255, 255});
  CHECK(converted(kGrey16) == Bytes{0x12, 0xfe});
  CHECK(converted(kTransparentPalette) == Bytes{255, 0, 0, 255, 255, 255});
  CHECK(converted(kRgb, {.gray = true}) == Bytes{18, 118});
  CHECK(converted(kRgbAlpha, {.rule = ImageRule::convert, .gray = true}) == Bytes{18, 255});
}

TEST_CASE("grey among colour becomes colour in all parts", "[data]") {
  const TemporaryFolder folder;
  put(folder / "train/a/1.png", kGrey);
  put(folder / "train/b/1.png", kRgb);
  put(folder / "test/a/1.png", kGrey);
  CHECK(missing(thrown([&] { load(folder.path(), {}); }),
                {"train/b/1.png: is 1 x 2 RGB; expected 1 x 2 grey", "make all grey by --gray"}) == "");
  const DataSource source = load(folder.path(), kConvert);
  CHECK(source.train.sample_shape == std::vector<std::size_t>{1, 2, 3});
  CHECK(pixels_of(source.train) == Bytes{0, 0, 0, 200, 200, 200, 10, 20, 30, 200, 100, 0});
  CHECK(pixels_of(source.test) == Bytes{0, 0, 0, 200, 200, 200});
  CHECK(load(folder.path(), {.gray = true}).train.sample_shape == std::vector<std::size_t>{1, 2});
}

TEST_CASE("images of all sizes are scaled to one", "[data]") {
  const TemporaryFolder folder;
  put(folder / "a/1.png", kGrey);
  put(folder / "b/1.png", kRgb);
  const DataSource source = load(folder.path(), {.resize = ImageSize{1, 3}, .gray = true});
  CHECK(source.train.sample_shape == std::vector<std::size_t>{3, 1});
  CHECK(pixels_of(source.train) == Bytes{100, 100, 100, 68, 68, 68});
}

TEST_CASE("a model's images are made as its training images were", "[data]") {
  const TemporaryFolder folder;
  put(folder / "a/1.png", kGrey);
  DataNeeds needs{.features = 6, .classes = 1, .sample_shape = {1, 2, 3}, .class_names = {"a"}};
  CHECK(missing(thrown([&] { load_for_model({.data = folder.path()}, needs); }), {"data: "}) == "");
  needs.images = kConvert;
  CHECK(pixels_of(load_for_model({.data = folder.path()}, needs).train) == Bytes{0, 0, 0, 200, 200, 200});
}

TEST_CASE("what makes images alike is refused of other data", "[data]") {
  const TemporaryFolder folder;
  put(folder / "t.csv", {'x', ',', 'l', 'a', 'b', 'e', 'l', '\n', '1', ',', 'a', '\n'});
  for (const auto& [form, option] : {std::pair{ImageForm{.rule = ImageRule::convert}, "--images does not apply"},
                                     std::pair{ImageForm{.resize = ImageSize{2, 2}}, "--resize does not apply"},
                                     std::pair{ImageForm{.gray = true}, "--gray does not apply"}}) {
    CHECK(missing(thrown([&, made = form] { load(folder / "t.csv", made); }), {option, "is no folder of images"}) ==
          "");
  }
}

}  // namespace strata::test::data_image_form_test
