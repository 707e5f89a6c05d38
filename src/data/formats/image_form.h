// How images are made alike before they are rows of pixels.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

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

struct ImageForm {
  static constexpr std::size_t kLargestSide = 10'000;

  ImageRule rule = ImageRule::strict;
  std::optional<ImageSize> resize{};  ///< what each is scaled to; empty: they stay as large as they are
  bool gray = false;                  ///< each becomes grey

  friend bool operator==(const ImageForm&, const ImageForm&) = default;
};

}  // namespace strata
