#include "data/formats/image_form.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/number.h"

namespace strata {

namespace {

constexpr int kWeightBits = 22;  // a byte times weights that sum up to 1 stays below 2^31

/// What a new pixel takes of the old ones from `first` on.
struct Taps {
  std::size_t first = 0;
  std::vector<std::int64_t> weights{};  ///< of 2^kWeightBits
};

/// Of each of `to` pixels along a side that has had `from`. In halves of 1 / to: old pixel x has its middle at
/// (2x + 1) to, new pixel i at (2i + 1) from.
std::vector<Taps> taps_of_side(std::size_t from, std::size_t to) {
  const auto old_size = static_cast<std::int64_t>(from);
  const auto new_size = static_cast<std::int64_t>(to);
  const std::int64_t reach = 2 * std::max(old_size, new_size);
  std::vector<Taps> all(to);
  for (std::int64_t i = 0; i < new_size; ++i) {
    const std::int64_t middle = (2 * i + 1) * old_size;
    const std::int64_t first = std::max<std::int64_t>(0, (middle - reach) / (2 * new_size));
    const std::int64_t end = std::min(old_size, (middle + reach) / (2 * new_size) + 1);
    Taps& taps = all[static_cast<std::size_t>(i)];
    taps.first = static_cast<std::size_t>(first);
    std::int64_t sum = 0;
    for (std::int64_t x = first; x < end; ++x) {
      const std::int64_t distance = std::abs((2 * x + 1) * new_size - middle);
      taps.weights.push_back(std::max<std::int64_t>(0, reach - distance));
      sum += taps.weights.back();
    }
    for (std::int64_t& weight : taps.weights) {
      weight = ((weight << (kWeightBits + 1)) + sum) / (2 * sum);
    }
  }
  return all;
}

/// The sum over weights times bytes that are `stride` apart.
std::uint8_t weighed(const std::uint8_t* first, std::size_t stride, const Taps& taps) {
  std::int64_t sum = std::int64_t{1} << (kWeightBits - 1);
  for (std::size_t t = 0; t < taps.weights.size(); ++t) {
    sum += taps.weights[t] * first[t * stride];
  }
  return static_cast<std::uint8_t>(std::clamp<std::int64_t>(sum >> kWeightBits, 0, 255));
}

}  // namespace

std::string to_string(const ImageSize& size) { return fmt::format("{}x{}", size.width, size.height); }

std::optional<ImageSize> image_size_of(std::string_view text) {
  const std::size_t cross = text.find('x');
  const auto width = parse_number<std::size_t>(text.substr(0, cross));
  const auto height = parse_number<std::size_t>(cross == std::string_view::npos ? "" : text.substr(cross + 1));
  if (!width || !height || *width == 0 || *height == 0 || *width > ImageForm::kLargestSide ||
      *height > ImageForm::kLargestSide || to_string(ImageSize{*width, *height}) != text) {
    return std::nullopt;
  }
  return ImageSize{*width, *height};
}

std::vector<std::uint8_t> resized(std::span<const std::uint8_t> pixels, ImageSize from, std::size_t channels,
                                  ImageSize to) {
  const std::vector<Taps> across = taps_of_side(from.width, to.width);
  const std::vector<Taps> down = taps_of_side(from.height, to.height);
  const std::size_t row = to.width * channels;
  std::vector<std::uint8_t> narrow(from.height * row);
  for (std::size_t y = 0; y < from.height; ++y) {
    for (std::size_t i = 0; i < row; ++i) {
      const Taps& taps = across[i / channels];
      const std::size_t first = (y * from.width + taps.first) * channels + i % channels;
      narrow[y * row + i] = weighed(pixels.data() + first, channels, taps);
    }
  }
  std::vector<std::uint8_t> out(to.height * row);
  for (std::size_t y = 0; y < to.height; ++y) {
    for (std::size_t i = 0; i < row; ++i) {
      out[y * row + i] = weighed(narrow.data() + down[y].first * row + i, row, down[y]);
    }
  }
  return out;
}

std::vector<std::uint8_t> as_grey(std::span<const std::uint8_t> rgb) {
  constexpr unsigned kRed = 19'595;
  constexpr unsigned kGreen = 38'470;
  constexpr unsigned kBlue = 7'471;
  constexpr unsigned kHalf = 0x8000;
  std::vector<std::uint8_t> grey(rgb.size() / 3);
  for (std::size_t i = 0; i < grey.size(); ++i) {
    const std::uint8_t* const pixel = &rgb[3 * i];
    grey[i] = static_cast<std::uint8_t>((kRed * pixel[0] + kGreen * pixel[1] + kBlue * pixel[2] + kHalf) >> 16U);
  }
  return grey;
}

std::vector<std::uint8_t> before_white(std::span<const std::uint8_t> pixels, std::size_t channels_with_alpha) {
  constexpr unsigned kWhite = 255;
  const std::size_t colours = channels_with_alpha - 1;
  std::vector<std::uint8_t> flat;
  flat.reserve(pixels.size() / channels_with_alpha * colours);
  for (std::size_t at = 0; at < pixels.size(); at += channels_with_alpha) {
    const unsigned alpha = pixels[at + colours];
    for (std::size_t c = 0; c < colours; ++c) {
      const unsigned sum = pixels[at + c] * alpha + kWhite * (kWhite - alpha);
      flat.push_back(static_cast<std::uint8_t>((sum + kWhite / 2) / kWhite));
    }
  }
  return flat;
}

}  // namespace strata
