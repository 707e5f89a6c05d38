#include "data/formats/image.h"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <memory>
#include <vector>

// The one place that includes stb. Files are read by us, so that no more than their bytes can be. An analyser sees
// declarations alone: what it finds within is not ours to mend.
#ifndef __clang_analyzer__
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#endif
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
// stb reads memory that it has not set, such as a quantisation table that a damaged JPEG lacks: of zeros, so that an
// image has the same pixels each time.
#define STBI_MALLOC(size) std::calloc(1, size)
#define STBI_REALLOC(memory, size) std::realloc(memory, size)
#define STBI_FREE(memory) std::free(memory)
#include <stb/stb_image.h>

#include "core/error.h"
#include "core/text.h"
#include "data/formats/image_form.h"

namespace strata {

namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::array<std::uint8_t, 8> kPngSignature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr std::array<std::uint8_t, 3> kJpegSignature{0xff, 0xd8, 0xff};

template <std::size_t n>
bool starts_with(Bytes file, const std::array<std::uint8_t, n>& signature) {
  return file.size() >= n && std::equal(signature.begin(), signature.end(), file.begin());
}

Error damaged(const std::string& name, std::string_view what) {
  return data_error("{}: {}; expected a whole PNG or JPEG; copy it anew", name, what);
}

std::uint32_t big_endian(Bytes bytes) {
  return std::uint32_t{bytes[0]} << 24U | std::uint32_t{bytes[1]} << 16U | std::uint32_t{bytes[2]} << 8U | bytes[3];
}

/// Length, type, data and checksum of each chunk, up to and including IEND, which ends the file.
void check_png(Bytes file, const std::string& name) {
  constexpr std::size_t kAround = 12;  // length, type, checksum
  constexpr std::uint32_t kEnd = 0x49454e44;
  Bytes rest = file.subspan(kPngSignature.size());
  for (bool more = true; more;) {
    if (rest.size() < kAround || rest.size() - kAround < big_endian(rest)) {
      throw damaged(name, "the PNG is cut short");
    }
    const std::size_t size = big_endian(rest);
    const std::uint32_t checksum = libdeflate_crc32(0, rest.data() + 4, size + 4);
    if (checksum != big_endian(rest.subspan(size + 8))) {
      throw damaged(name, "the PNG is damaged: a checksum is wrong");
    }
    more = big_endian(rest.subspan(4)) != kEnd;
    rest = rest.subspan(size + kAround);
  }
  if (!rest.empty()) {
    throw damaged(name, fmt::format("{} bytes follow the end of the PNG", rest.size()));
  }
}

/// The place of the last marker ff `code`, which image data cannot contain; 0 if there is none.
std::size_t last_marker(Bytes file, std::uint8_t code) {
  for (std::size_t i = file.size() - 1; i > 0; --i) {
    if (file[i] == code && file[i - 1] == 0xff) {
      return i;
    }
  }
  return 0;
}

/// That the image data, which stb would fill up with grey, come to their end.
void check_jpeg(Bytes file, const std::string& name) {
  constexpr std::uint8_t kStartOfScan = 0xda;
  constexpr std::uint8_t kEndOfImage = 0xd9;
  const std::size_t scan = last_marker(file, kStartOfScan);
  if (scan == 0 || last_marker(file, kEndOfImage) < scan) {
    throw damaged(name, "the JPEG is cut short");
  }
}

void check_whole(Bytes file, const std::string& name) {
  if (starts_with(file, kPngSignature)) {
    check_png(file, name);
  } else if (starts_with(file, kJpegSignature)) {
    check_jpeg(file, name);
  } else {
    throw damaged(name, "is neither a PNG nor a JPEG");
  }
}

int stb_size(Bytes file, const std::string& name) {
  if (file.size() > std::numeric_limits<int>::max()) {
    throw data_error("{}: has {} bytes; expected an image of less than 2 GiB", name, file.size());
  }
  return static_cast<int>(file.size());
}

constexpr std::size_t kColours = 3;

struct Header {
  std::size_t width = 0;
  std::size_t height = 0;
  std::size_t channels = 0;  ///< 2 and 4: the last one is alpha
};

/// Checks all that can be without decoding.
Header read_header(Bytes file, const std::string& name, const ImageForm& form) {
  // Deflate's best is 1032 to 1, of pixels of one bit that become three bytes.
  constexpr std::size_t kMostPerByte = 24 * 1032;
  const int size = stb_size(file, name);
  check_whole(file, name);
  int width = 0;
  int height = 0;
  int channels = 0;
  if (stbi_info_from_memory(file.data(), size, &width, &height, &channels) == 0 || width <= 0 || height <= 0) {
    throw damaged(name, fmt::format("its header cannot be read ({})", stbi_failure_reason()));
  }
  if (form.rule == ImageRule::strict && (channels == 2 || channels == 4)) {
    throw data_error("{}: has an alpha channel; expected grey or RGB; flatten it, or say ‹images› convert", name);
  }
  if (form.rule == ImageRule::strict && stbi_is_16_bit_from_memory(file.data(), size) != 0) {
    throw data_error("{}: has 16 bits a channel; expected 8; convert it, or say ‹images› convert", name);
  }
  const Header header{static_cast<std::size_t>(width), static_cast<std::size_t>(height),
                      static_cast<std::size_t>(channels)};
  const ImageShape shape{header.height, header.width, header.channels < kColours ? 1 : kColours};
  if (shape.bytes() / kMostPerByte > file.size()) {
    throw damaged(name,
                  fmt::format("claims {} pixels, more than its {} bytes can hold", to_string(shape), file.size()));
  }
  return header;
}

/// Grey pixels as RGB.
std::vector<std::uint8_t> as_colour(Bytes grey) {
  std::vector<std::uint8_t> rgb;
  rgb.reserve(grey.size() * kColours);
  for (const std::uint8_t value : grey) {
    rgb.insert(rgb.end(), kColours, value);
  }
  return rgb;
}

/// Pixels as they were decoded, in the given number of channels, made as `form` and `shape` say.
std::vector<std::uint8_t> made_like(Bytes decoded, ImageSize size, std::size_t channels, const ImageShape& shape,
                                    const ImageForm& form) {
  std::vector<std::uint8_t> pixels(decoded.begin(), decoded.end());
  if (channels == 2 || channels == 4) {
    pixels = before_white(pixels, channels);
    --channels;
  }
  if (form.gray && channels == kColours) {
    pixels = as_grey(pixels);
    channels = 1;
  }
  if (form.rule == ImageRule::convert && channels == 1 && shape.channels == kColours) {
    pixels = as_colour(pixels);
    channels = kColours;
  }
  return form.resize && *form.resize != size ? resized(pixels, size, channels, *form.resize) : pixels;
}

}  // namespace

std::string to_string(const ImageShape& shape) {
  return fmt::format("{} x {} {}", shape.height, shape.width, shape.channels == 1 ? "grey" : "RGB");
}

bool is_image_name(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  const std::string ending = lower_letters(dot == std::string_view::npos ? "" : name.substr(dot));
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg";
}

ImageShape image_shape(Bytes file, const std::string& name, const ImageForm& form) {
  const Header header = read_header(file, name, form);
  const ImageSize size = form.resize.value_or(ImageSize{header.width, header.height});
  return {size.height, size.width, form.gray || header.channels < kColours ? 1 : kColours};
}

void decode_image(Bytes file, const ImageShape& shape, std::span<std::uint8_t> pixels, const std::string& name,
                  const ImageForm& form) {
  int width = 0;
  int height = 0;
  int channels = 0;
  const int bytes = stb_size(file, name);
  // What is strict has no more channels than its header tells, though a colour may stand there for what is transparent.
  int asked = form.rule == ImageRule::strict ? static_cast<int>(shape.channels) : 0;
  if (asked != 0 && form.gray && stbi_info_from_memory(file.data(), bytes, &width, &height, &channels) != 0) {
    asked = channels;
  }
  const std::unique_ptr<stbi_uc, void (*)(void*)> decoded(
      stbi_load_from_memory(file.data(), bytes, &width, &height, &channels, asked), stbi_image_free);
  if (!decoded) {
    throw damaged(name, fmt::format("cannot be decoded ({})", stbi_failure_reason()));
  }
  const ImageSize size{static_cast<std::size_t>(width), static_cast<std::size_t>(height)};
  const auto of_file = static_cast<std::size_t>(asked > 0 ? asked : channels);
  const Bytes whole(decoded.get(), size.height * size.width * of_file);
  const std::vector<std::uint8_t> made = made_like(whole, size, of_file, shape, form);
  const bool of_shape = form.resize || size == ImageSize{shape.width, shape.height};
  if (!of_shape || made.size() != shape.bytes()) {
    throw damaged(name, "cannot be decoded (its size)");
  }
  std::ranges::copy(made, pixels.begin());
}

}  // namespace strata
