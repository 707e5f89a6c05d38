#include "data/formats/image_rows.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <span>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "data/folder_content.h"
#include "data/formats/idx.h"
#include "data/formats/image.h"
#include "data/formats/image_folder.h"
#include "data/read_file.h"
#include "data/shown_text.h"

namespace strata {

namespace {

namespace fs = std::filesystem;

/// The next image's path, or none at the end.
using NextPath = std::function<std::optional<fs::path>()>;

class ImageRows final : public RowStream {
 public:
  ImageRows(NextPath next_path, std::string source, std::vector<std::size_t> shape, const ImageForm& form)
      : next_path_(std::move(next_path)), source_(std::move(source)), shape_(std::move(shape)), form_(form) {
    block_.sample_shape = shape_;
    block_.features = std::accumulate(shape_.begin(), shape_.end(), std::size_t{1}, std::multiplies<>());
  }

  std::size_t features() const override { return block_.features; }
  bool has_ids() const override { return true; }
  std::string source() const override { return source_; }
  RowBlock next() override;

 private:
  void add(const fs::path& file);

  NextPath next_path_;
  std::string source_;
  std::vector<std::size_t> shape_;
  ImageForm form_;
  Dataset block_;
  std::vector<std::uint32_t> indices_;
};

RowBlock ImageRows::next() {
  block_.pixels.clear();
  block_.ids.clear();
  indices_.clear();
  while (indices_.size() < rows_of_block(features())) {
    const std::optional<fs::path> file = next_path_();
    if (!file) {
      break;
    }
    add(*file);
    indices_.push_back(static_cast<std::uint32_t>(indices_.size()));
  }
  return {block_.view(), indices_, block_.ids};
}

void ImageRows::add(const fs::path& file) {
  const AlignedVector<std::uint8_t> bytes = read_file(file);
  ImageShape shape = image_shape(bytes, file.string(), form_);
  const std::optional<ImageShape> known = image_shape_of(shape_);
  if (form_.rule == ImageRule::convert && known) {
    shape.channels = std::max(shape.channels, known->channels);
  }
  std::vector<std::size_t> sample{shape.height, shape.width};
  if (shape.channels > 1) {
    sample.push_back(shape.channels);
  }
  if (sample != shape_) {
    throw data_error("{}: is {}; the model takes images of {}; scale or convert it", file.string(), to_string(shape),
                     shape_text(shape_));
  }
  const std::size_t size = block_.pixels.size();
  block_.pixels.resize(size + features());
  decode_image(bytes, shape, std::span(block_.pixels).subspan(size), file.string(), form_);
  std::error_code ignored;
  block_.ids.push_back(fs::is_directory(source_, ignored) ? file.filename().string() : file.string());
}

/// The next line that is not empty, without its end.
std::optional<fs::path> next_line(ByteReader& lines) {
  constexpr std::size_t kLongestPath = 4096;
  for (;;) {
    const auto bytes = lines.peek(1);
    if (bytes.empty()) {
      return std::nullopt;
    }
    std::string line;
    for (std::uint8_t byte = 0; lines.read(std::span(&byte, 1)) == 1 && byte != '\n';) {
      line += static_cast<char>(byte);
      if (line.size() > kLongestPath) {
        throw data_error(
            "{}: has a line of more than {} bytes; expected an IDX or NPY file, or paths of images, one a line",
            lines.name(), kLongestPath);
      }
    }
    if (line.ends_with('\r')) {
      line.pop_back();
    }
    if (!line.empty() && !is_image_name(line)) {
      throw data_error(
          "{}: is neither an IDX nor an NPY file, nor paths of images (.png, .jpg, .jpeg), one a line; found {}",
          lines.name(), shown(line));
    }
    if (!line.empty()) {
      return line;
    }
  }
}

}  // namespace

std::vector<fs::path> images_in(const fs::path& folder) {
  std::vector<fs::path> images;
  const std::vector<std::string> names = names_in(folder);
  if (std::ranges::none_of(names, [](const std::string& name) { return is_image_name(name); })) {
    return images;
  }
  for (const std::string& name : names) {
    std::error_code ignored;
    if (fs::is_directory(folder / name, ignored)) {
      return {};
    }
    if (!is_image_name(name)) {
      throw data_error("{}: is no .png, .jpg or .jpeg; expected only images beside images; remove it",
                       (folder / name).string());
    }
    images.push_back(folder / name);
  }
  return images;
}

std::unique_ptr<RowStream> image_rows(const std::vector<fs::path>& files, std::string source,
                                      std::vector<std::size_t> sample_shape, const ImageForm& form) {
  const auto next = [files, at = std::size_t{0}]() mutable -> std::optional<fs::path> {
    return at < files.size() ? std::optional(files[at++]) : std::nullopt;
  };
  return std::make_unique<ImageRows>(next, std::move(source), std::move(sample_shape), form);
}

std::unique_ptr<RowStream> image_rows(ByteReader lines, std::vector<std::size_t> sample_shape, const ImageForm& form) {
  const auto reader = std::make_shared<ByteReader>(std::move(lines));
  return std::make_unique<ImageRows>([reader] { return next_line(*reader); }, reader->name(), std::move(sample_shape),
                                     form);
}

}  // namespace strata
