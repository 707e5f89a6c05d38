// Images in another size, and as grey.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data/formats/image_form.h"

namespace strata {

/// `pixels` (height, width, channels) scaled to `to`, each pixel a mean of those around it with weights that fall
/// linearly to 0: at a pixel's width, or at the width of a new pixel where that is larger (as Pillow's BILINEAR). In
/// whole numbers alone: first along rows, rounded to bytes, then along columns.
std::vector<std::uint8_t> resized(std::span<const std::uint8_t> pixels, ImageSize from, std::size_t channels,
                                  ImageSize to);

/// The luminance of RGB pixels as ITU-R 601-2 has it, in 65536ths and rounded, as Pillow's mode L.
std::vector<std::uint8_t> as_grey(std::span<const std::uint8_t> rgb);

/// Pixels with an alpha channel behind one or three others as they look before white, without it.
std::vector<std::uint8_t> before_white(std::span<const std::uint8_t> pixels, std::size_t channels_with_alpha);

}  // namespace strata
