// PNG and JPEG files as pixels, by stb_image.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace strata {

struct ImageShape {
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 0;  ///< 1: grey, 3: RGB

  std::size_t bytes() const { return height * width * channels; }
  friend bool operator==(const ImageShape&, const ImageShape&) = default;
};

/// `28 x 28 grey` or `32 x 32 RGB`, height first.
std::string to_string(const ImageShape& shape);

/// Whether a name ends in .png, .jpg or .jpeg, in either case.
bool is_image_name(std::string_view name);

/// What the header of an image file says. `name` is the file's, for messages. Allocates no pixels.
/// Throws Error(data) if it is no PNG or JPEG, damaged or cut short (checksums of PNG, the end of JPEG), has an alpha
/// channel or 16 bits a channel, or claims more pixels than a file of its size can hold.
ImageShape image_shape(std::span<const std::uint8_t> file, const std::string& name);

/// Decodes an image of that shape, as image_shape told it, to rows of pixels, channels innermost. Throws Error(data).
void decode_image(std::span<const std::uint8_t> file, const ImageShape& shape, std::span<std::uint8_t> pixels,
                  const std::string& name);

}  // namespace strata
