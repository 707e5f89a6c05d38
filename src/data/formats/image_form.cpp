#include "data/formats/image_form.h"

#include <fmt/format.h>

#include "core/number.h"

namespace strata {

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

}  // namespace strata
