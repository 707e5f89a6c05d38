#include "data/image_folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "data/arena.h"
#include "data/image.h"
#include "data/read_file.h"
#include "data/tasks.h"

namespace strata {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTrain = "train";
constexpr std::string_view kValidation = "validation";
constexpr std::string_view kTest = "test";

/// The names in a folder that do not begin with a dot, in byte order.
std::vector<std::string> names_in(const fs::path& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (!name.starts_with('.')) {
      names.push_back(std::move(name));
    }
  }
  if (error) {
    throw data_error("{}: cannot list it: {}; check the path and its permissions", folder.string(), error.message());
  }
  std::ranges::sort(names);
  return names;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
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
  make_arena(threads).execute([&] {
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

ImageShape shape_of(const fs::path& file) { return image_shape(read_file(file), file.string()); }

/// Before any pixels are allocated, every file must bear out that it has as many.
ImageShape common_shape(const ImageList& images, int threads) {
  const ImageShape first = shape_of(images.files.front());
  for_each_image(images, threads, [&](std::size_t i) {
    if (const ImageShape shape = shape_of(images.files[i]); shape != first) {
      throw data_error("{}: is {}; expected {}, as {}; scale or convert it", images.files[i].string(), to_string(shape),
                       to_string(first), images.files.front().string());
    }
  });
  return first;
}

Dataset decode_part(const fs::path& part, ImageList images, int threads) {
  const ImageShape shape = common_shape(images, threads);
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
                 file.string());
  });
  data.labels = std::move(images.labels);
  data.ids = std::move(images.ids);
  return data;
}

/// Whether the folder is divided into parts, each of which has folders of classes.
bool has_parts(const fs::path& folder) {
  return std::ranges::any_of(std::array{kTrain, kValidation, kTest},
                             [&](std::string_view part) { return has_image_part(folder, part); });
}

void check_parts(const fs::path& folder) {
  for (const std::string& name : names_in(folder)) {
    if (name != kTrain && name != kValidation && name != kTest) {
      throw data_error("{}: stands beside folders of parts; expected only train, validation and test there; remove it",
                       (folder / name).string());
    }
  }
}

}  // namespace

bool is_image_folder(const fs::path& folder) {
  return std::ranges::any_of(names_in(folder), [&](const std::string& name) { return is_folder(folder / name); });
}

bool has_image_part(const fs::path& folder, std::string_view part) {
  return is_folder(folder / part) && is_image_folder(folder / part);
}

DataSource load_image_folder(const fs::path& folder, const std::optional<std::vector<std::string>>& class_names,
                             LabelUse labels, int threads) {
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
    return is_folder(part) ? decode_part(part, list_images(part, source.class_names, labels), threads) : Dataset();
  };
  source.train = load(training);
  if (parts) {
    source.validation = load(folder / kValidation);
    source.test = load(folder / kTest);
  }
  return source;
}

}  // namespace strata
