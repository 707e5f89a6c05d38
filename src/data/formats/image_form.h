// How images are made alike before they are rows of pixels: which sizes and colours, and the arithmetic of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// What becomes of images that are not like the others. strict: they are errors; convert: 16 bits a channel become 8,
/// what is transparent shows white, and grey among colour becomes colour.
enum class ImageRule { strict, convert };

struct ImageRuleEntry {
  ImageRule value;
  std::string_view name;
};
inline constexpr std::array kImageRules{ImageRuleEntry{ImageRule::strict, "strict"},
                                        ImageRuleEntry{ImageRule::convert, "convert"}};

struct ImageSize {
  std::size_t width = 0;
  std::size_t height = 0;

  friend bool operator==(const ImageSize&, const ImageSize&) = default;
};

/// `28x14`, width first.
std::string to_string(const ImageSize& size);

/// What such a text says, in canonical form and with both sides from 1 to ImageForm::kLargestSide; else empty.
std::optional<ImageSize> image_size_of(std::string_view text);

/// What each image of a data set becomes.
struct ImageForm {
  static constexpr std::size_t kLargestSide = 10'000;

  ImageRule rule = ImageRule::strict;
  std::optional<ImageSize> resize{};  ///< what each is scaled to; empty: they stay as large as they are
  bool gray = false;                  ///< each becomes grey

  friend bool operator==(const ImageForm&, const ImageForm&) = default;
};

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
