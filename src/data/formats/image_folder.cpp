#include "data/formats/image_folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "data/folder_content.h"
#include "data/formats/image.h"
#include "data/parallel.h"
#include "data/read_file.h"

namespace strata {

namespace {

namespace fs = std::filesystem;

/// What the folders of parts are called; that of validation goes by three names.
constexpr std::string_view kTrain = "train";
constexpr std::string_view kTest = "test";
constexpr std::array<std::string_view, 3> kValidation{"validation", "val", "valid"};

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

/// The folder of the validation part, whether it is there or not. Throws Error(data) if two are.
fs::path validation_folder(const fs::path& folder) {
  fs::path found;
  for (const std::string_view name : kValidation) {
    if (is_folder(folder / name)) {
      if (!found.empty()) {
        throw data_error("{}: stands beside {}; expected one folder of validation images; remove the other",
                         (folder / name).string(), found.filename().string());
      }
      found = folder / name;
    }
  }
  return found.empty() ? folder / kValidation.front() : found;
}

/// A part's images: paths, and the numbers of their classes.
struct ImageList {
  std::vector<fs::path> files;
  std::vector<std::string> ids;
  std::vector<std::uint32_t> labels;
};

std::vector<std::string> class_folders(const fs::path& part) {
  std::vector<std::string> names = names_in(part);
  for (const std::string& name : names) {
    if (!is_folder(part / name)) {
      throw data_error("{}: is no folder; expected only folders here, one for each class; remove it",
                       (part / name).string());
    }
  }
  return names;
}

void add_class(ImageList& images, const fs::path& folder, std::uint32_t label) {
  const std::vector<std::string> names = names_in(folder);
  if (names.empty()) {
    throw data_error("{}: holds no image; add some, or remove the class", folder.string());
  }
  for (const std::string& name : names) {
    if (!is_image_name(name) || is_folder(folder / name)) {
      throw data_error("{}: is no .png, .jpg or .jpeg; expected only images here; remove it", (folder / name).string());
    }
    images.files.push_back(folder / name);
    images.ids.push_back(fmt::format("{}/{}", folder.filename().string(), name));
    images.labels.push_back(label);
  }
}

ImageList list_images(const fs::path& part, const std::vector<std::string>& class_names, LabelUse use) {
  ImageList images;
  for (const std::string& name : class_folders(part)) {
    const auto found = std::ranges::find(class_names, name);
    if (found == class_names.end() && use == LabelUse::read) {
      throw data_error("{}: is no class that is trained; known are {}", (part / name).string(),
                       fmt::join(class_names, ", "));
    }
    add_class(images, part / name,
              found == class_names.end() ? 0 : static_cast<std::uint32_t>(found - class_names.begin()));
  }
  return images;
}

/// work(i) for each image, side by side; the error of several is the first image's.
template <class Work>
void for_each_image(const ImageList& images, int threads, Work work) {
  std::vector<std::exception_ptr> faults(images.files.size());
  on_threads(threads, [&] {
    run_tasks(faults.size(), [&](std::size_t i) {
      try {
        work(i);
      } catch (...) {
        faults[i] = std::current_exception();
      }
    });
  });
  const auto fault = std::ranges::find_if(faults, [](const std::exception_ptr& one) { return one != nullptr; });
  if (fault != faults.end()) {
    std::rethrow_exception(*fault);
  }
}

std::string advice_for(const ImageShape& found, const ImageShape& expected, const ImageForm& form) {
  if (found.channels == expected.channels) {
    return fmt::format("scale it, or give ‹resize› {}x{}", expected.width, expected.height);
  }
  return form.rule == ImageRule::strict && expected.channels > found.channels
             ? "convert it, or say ‹images› convert"
             : "convert it, or make all grey by ‹gray›";
}

/// Before any pixels are allocated, every file must bear out that it has as many.
ImageShape common_shape(const ImageList& images, int threads, const ImageForm& form, std::optional<ImageShape> known) {
  std::vector<ImageShape> shapes(images.files.size());
  for_each_image(images, threads, [&](std::size_t i) {
    shapes[i] = image_shape(read_file(images.files[i]), images.files[i].string(), form);
  });
  ImageShape expected = known.value_or(shapes.front());
  const bool converts = form.rule == ImageRule::convert;
  if (converts && !known) {
    expected.channels = std::ranges::max_element(shapes, {}, &ImageShape::channels)->channels;
  }
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    ImageShape made = shapes[i];
    made.channels = converts ? std::max(made.channels, expected.channels) : made.channels;
    if (made != expected) {
      throw data_error("{}: is {}; expected {}{}; {}", images.files[i].string(), to_string(shapes[i]),
                       to_string(expected), known ? "" : fmt::format(", as {}", images.files.front().string()),
                       advice_for(shapes[i], expected, form));
    }
  }
  return expected;
}

Dataset decode_part(const fs::path& part, ImageList images, int threads, const ImageForm& form,
                    std::optional<ImageShape> known) {
  const ImageShape shape = common_shape(images, threads, form, known);
  Dataset data;
  data.source = part.string();
  data.sample_shape = {shape.height, shape.width};
  if (shape.channels > 1) {
    data.sample_shape.push_back(shape.channels);
  }
  data.features = shape.bytes();
  data.pixels.resize(images.files.size() * data.features);
  for_each_image(images, threads, [&](std::size_t i) {
    const fs::path& file = images.files[i];
    decode_image(read_file(file), shape, std::span(data.pixels).subspan(i * data.features, data.features),
                 file.string(), form);
  });
  data.labels = std::move(images.labels);
  data.ids = std::move(images.ids);
  return data;
}

/// Whether the folder is divided into parts, each of which has folders of classes.
bool has_parts(const fs::path& folder) {
  return std::ranges::any_of(std::array{kTrain, kValidation.front(), kTest},
                             [&](std::string_view part) { return has_image_part(folder, part); });
}

void check_parts(const fs::path& folder) {
  for (const std::string& name : names_in(folder)) {
    if (name != kTrain && name != kTest && std::ranges::find(kValidation, name) == kValidation.end()) {
      throw data_error(
          "{}: stands beside folders of parts; expected only train, validation (or val, or valid) and test there; "
          "remove it",
          (folder / name).string());
    }
  }
}

}  // namespace

bool is_image_folder(const fs::path& folder) {
  return std::ranges::any_of(names_in(folder), [&](const std::string& name) { return is_folder(folder / name); });
}

bool has_image_part(const fs::path& folder, std::string_view part) {
  const fs::path place = part == kValidation.front() ? validation_folder(folder) : folder / part;
  return is_folder(place) && is_image_folder(place);
}

DataSource load_image_folder(const fs::path& folder, const std::optional<std::vector<std::string>>& class_names,
                             LabelUse labels, int threads, const ImageForm& form, std::optional<ImageShape> known) {
  const bool parts = has_parts(folder);
  if (parts) {
    check_parts(folder);
  }
  const fs::path training = parts ? folder / kTrain : folder;
  if (!class_names && !is_folder(training)) {
    throw data_error("{}: is missing; expected the training images there; check the folder", training.string());
  }
  DataSource source;
  source.class_names = class_names ? *class_names : class_folders(training);
  const auto load = [&](const fs::path& part) {
    return is_folder(part) ? decode_part(part, list_images(part, source.class_names, labels), threads, form, known)
                           : Dataset();
  };
  source.train = load(training);
  if (form.rule == ImageRule::convert && !known) {  // what is grey in other parts becomes colour with the training part
    known = image_shape_of(source.train.sample_shape);
  }
  if (parts) {
    source.validation = load(validation_folder(folder));
    source.test = load(folder / kTest);
  }
  return source;
}

std::optional<ImageShape> image_shape_of(const std::vector<std::size_t>& sample_shape) {
  constexpr std::size_t kColours = 3;
  if (sample_shape.size() != 2 && (sample_shape.size() != 3 || sample_shape.back() != kColours)) {
    return std::nullopt;
  }
  return ImageShape{sample_shape[0], sample_shape[1], sample_shape.size() == 3 ? kColours : 1};
}

}  // namespace strata
