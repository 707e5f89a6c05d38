// Fuzz target: PNG and JPEG files; the checksums of a PNG are made right, so that its content is looked at.
#include "data/formats/image.h"

#include <libdeflate.h>

#include "tests/fuzz/fuzz.h"

using namespace strata;
using namespace strata::fuzz;

namespace {

using Bytes = AlignedVector<std::uint8_t>;

/// Larger images are looked at, but not decoded: that takes long and says nothing more.
constexpr std::size_t kMostPixels = 1 << 14;
constexpr std::size_t kSignatureBytes = 8;
constexpr std::size_t kAroundChunk = 12;  // length, type, checksum

std::size_t big_endian(const std::uint8_t* bytes) {
  return std::size_t{bytes[0]} << 24 | std::size_t{bytes[1]} << 16 | std::size_t{bytes[2]} << 8 | bytes[3];
}

/// Gives each chunk that is there as a whole the checksum of its bytes.
Bytes with_checksums(Input input) {
  Bytes file = copy(input);
  for (std::size_t at = kSignatureBytes; at + kAroundChunk <= file.size();) {
    const std::size_t size = big_endian(&file[at]);
    if (size > file.size() - at - kAroundChunk) {
      break;
    }
    const std::uint32_t checksum = libdeflate_crc32(0, &file[at + 4], size + 4);
    for (std::size_t i = 0; i < 4; ++i) {
      file[at + 8 + size + i] = static_cast<std::uint8_t>(checksum >> (24 - 8 * i));
    }
    at += size + kAroundChunk;
  }
  return file;
}

Answer<Bytes> decoded(Input file, const ImageShape& shape) {
  return read_data([&] {
    Bytes pixels(shape.bytes(), 0);
    decode_image(file, shape, pixels, kName);
    return pixels;
  });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Input input(data, size);
  const bool is_png = !input.empty() && input.front() == 0x89;
  const Bytes file = is_png ? with_checksums(input) : copy(input);
  const auto shape = read_data([&] { return image_shape(file, kName); });
  if (!shape) {
    return 0;
  }
  require(shape->height > 0 && shape->width > 0, "an image has pixels");
  require(shape->channels == 1 || shape->channels == 3, "an image is grey or RGB");
  if (shape->bytes() <= kMostPixels) {
    const auto pixels = decoded(file, *shape);
    require(pixels.value == decoded(file, *shape).value, "an image has the same pixels each time");
  }
  return 0;
}
