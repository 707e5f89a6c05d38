
#include <algorithm>
#include <array>
#include <exception>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "data/arena.h"
#include "data/idx.h"
#include "data/load.h"
#include "data/read_file.h"
#include "data/tasks.h"

namespace strata {

namespace {

namespace fs = std::filesystem;

/// The files of a folder, the largest first, so that their inflation starts first.
enum FileIndex : std::size_t { train_images, test_images, train_labels, test_labels };
constexpr std::array<std::string_view, 4> kFileNames = {"train-images-idx3-ubyte", "t10k-images-idx3-ubyte",
                                                        "train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"};
using FilePaths = std::array<fs::path, kFileNames.size()>;
using FileArrays = std::array<IdxArray, kFileNames.size()>;

void require_folder(const fs::path& folder) {
  const fs::file_status status = look_at(folder);
  if (!fs::is_directory(status)) {
    throw data_error("{}: {}; expected a folder with {}[.gz] and its three companions; check the path", folder.string(),
                     fs::exists(status) ? "is not a folder" : "does not exist", kFileNames[train_images]);
  }
}

/// The path of `name` or of its .gz.
fs::path find_file(const fs::path& folder, std::string_view name) {
  const auto path = find_plain_or_gzip(folder, name);
  if (!path) {
    throw data_error("{}: is missing, and so is its .gz; expected one of them; check the folder",
                     (folder / name).string());
  }
  return *path;
}

FilePaths find_files(const fs::path& folder) {
  require_folder(folder);
  FilePaths paths;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    paths[i] = find_file(folder, kFileNames[i]);
  }
  return paths;
}

/// Reads all files by `threads` threads. If several are at fault, the error is the first one's, whoever finished first.
FileArrays read_files(const FilePaths& paths, int threads) {
  FileArrays arrays;
  std::array<std::exception_ptr, kFileNames.size()> faults;
  const auto read = [&](std::size_t i) {
    try {
      arrays[i] = parse_idx(read_inflated(paths[i]), paths[i].string());
    } catch (...) {
      faults[i] = std::current_exception();
    }
  };
  make_arena(threads).execute([&] { run_tasks(paths.size(), read, tbb::simple_partitioner()); });
  for (const std::exception_ptr& fault : faults) {
    if (fault) {
      std::rethrow_exception(fault);
    }
  }
  return arrays;
}

Dataset make_dataset(const fs::path& images_path, IdxArray images, const fs::path& labels_path,
                     const IdxArray& labels) {
  if (images.shape.size() < 2) {
    throw data_error("{}: is an array of rank 1, as labels are; expected images, of rank 2 or more; check the file",
                     images_path.string());
  }
  if (labels.shape.size() != 1) {
    throw data_error("{}: is an array of rank {}, as images are; expected labels, of rank 1; check the file",
                     labels_path.string(), labels.shape.size());
  }
  if (images.shape[0] != labels.shape[0]) {
    throw data_error("{}: has {} labels; expected {}, one for each image of {}; use files that belong together",
                     labels_path.string(), labels.shape[0], images.shape[0], images_path.string());
  }
  Dataset dataset;
  dataset.source = images_path.string();
  dataset.sample_shape.assign(images.shape.begin() + 1, images.shape.end());
  dataset.features = images.values.size() / images.shape[0];
  dataset.pixels = std::move(images.values);
  dataset.labels.append(labels.values.begin(), labels.values.end());
  return dataset;
}

void check_shapes(const Dataset& train, const Dataset& test) {
  if (train.sample_shape != test.sample_shape) {
    throw data_error("{}: has images of {}; expected {}, as in {}; use files that belong together", test.source,
                     shape_text(test.sample_shape), shape_text(train.sample_shape), train.source);
  }
}

void check_labels(const Dataset& test, const fs::path& labels_path, std::size_t classes) {
  const auto found = std::find_if(test.labels.begin(), test.labels.end(), [&](auto label) { return label >= classes; });
  if (found != test.labels.end()) {
    throw data_error(
        "{}: row {} (counted from 0) has label {}; expected at most {}, the largest of the training part; use files "
        "that belong together",
        labels_path.string(), found - test.labels.begin(), *found, classes - 1);
  }
}

}  // namespace

DataSource load_idx_folder(const fs::path& path, int threads) {
  const FilePaths paths = find_files(path);
  FileArrays arrays = read_files(paths, threads);
  DataSource source;
  source.train =
      make_dataset(paths[train_images], std::move(arrays[train_images]), paths[train_labels], arrays[train_labels]);
  source.test =
      make_dataset(paths[test_images], std::move(arrays[test_images]), paths[test_labels], arrays[test_labels]);
  source.classes = std::size_t{1} + *std::max_element(source.train.labels.begin(), source.train.labels.end());
  check_shapes(source.train, source.test);
  check_labels(source.test, paths[test_labels], source.classes);
  return source;
}

}  // namespace strata
