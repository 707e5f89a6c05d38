// PNG and JPEG files as pixels, by stb_image.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "data/formats/image_form.h"

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

/// The shape of an image file, by its header, once it is made as `form` says. `name` is the file's, for messages.
/// Allocates no pixels. Throws Error(data) if it is no PNG or JPEG, damaged or cut short (checksums of PNG, the end of
/// JPEG), claims more pixels than a file of its size can hold, or, unless it is to be converted, has an alpha channel
/// or 16 bits a channel.
ImageShape image_shape(std::span<const std::uint8_t> file, const std::string& name, const ImageForm& form = {});

/// Decodes an image to rows of pixels of that shape, channels innermost: what image_shape told, or of a grey image that
/// is to be converted, RGB. Throws Error(data).
void decode_image(std::span<const std::uint8_t> file, const ImageShape& shape, std::span<std::uint8_t> pixels,
                  const std::string& name, const ImageForm& form = {});

}  // namespace strata
