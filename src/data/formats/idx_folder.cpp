#include "data/formats/idx_folder.h"

#include <algorithm>
#include <array>
#include <exception>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "data/class_index.h"
#include "data/folder_content.h"
#include "data/formats/idx.h"
#include "data/parallel.h"
#include "data/read_file.h"
#include "data/shown_text.h"

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

/// Which of the four a file is by its name, and what stands before that: `emnist-letters-`.
struct IdxName {
  std::string prefix;
  FileIndex index;
};

std::optional<IdxName> parse_name(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, FileIndex>, 6> kStems{{{"train-images", train_images},
                                                                          {"t10k-images", test_images},
                                                                          {"test-images", test_images},
                                                                          {"train-labels", train_labels},
                                                                          {"t10k-labels", test_labels},
                                                                          {"test-labels", test_labels}}};
  const auto drop_end = [&](std::string_view end) {
    const bool found = name.ends_with(end);
    name.remove_suffix(found ? end.size() : 0);
    return found;
  };
  drop_end(".gz");
  if (!drop_end("idx3-ubyte") && !drop_end("idx1-ubyte")) {
    return std::nullopt;
  }
  if (!drop_end("-") && !drop_end(".")) {
    return std::nullopt;
  }
  for (const auto& [stem, index] : kStems) {
    if (drop_end(stem)) {
      return IdxName{std::string(name), index};
    }
  }
  return std::nullopt;
}

/// The files of each data set in the folder, by the prefix of their names.
std::map<std::string, FilePaths> find_sets(const fs::path& folder) {
  std::map<std::string, FilePaths> sets;
  for (const std::string& name : names_in(folder)) {
    if (const auto parsed = parse_name(name)) {
      fs::path& path = sets[parsed->prefix][parsed->index];
      if (!path.empty()) {
        throw data_error("{}: stands beside {}; expected one of them; remove the other", (folder / name).string(),
                         path.filename().string());
      }
      path = folder / name;
    }
  }
  return sets;
}

FilePaths find_files(const fs::path& folder) {
  require_folder(folder);
  std::map<std::string, FilePaths> sets = find_sets(folder);
  if (sets.size() > 1) {
    std::vector<std::string> prefixes;
    std::ranges::transform(sets, std::back_inserter(prefixes), [](const auto& set) { return set.first; });
    throw data_error("{}: holds several data sets, whose names begin with {}; expected one; give each a folder",
                     folder.string(), shown_names(prefixes));
  }
  auto& [prefix, paths] = sets.empty() ? *sets.emplace().first : *sets.begin();
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (paths[i].empty()) {
      throw data_error("{}: is missing, and so is its .gz; expected one of them; check the folder",
                       (folder / (prefix + std::string(kFileNames[i]))).string());
    }
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
  on_threads(threads, [&] { run_tasks(paths.size(), read); });
  for (const std::exception_ptr& fault : faults) {
    if (fault) {
      std::rethrow_exception(fault);
    }
  }
  return arrays;
}

Dataset make_dataset(const fs::path& path, IdxArray images) {
  if (images.shape.size() < 2) {
    throw data_error("{}: is an array of rank 1, as labels are; expected images, of rank 2 or more; check the file",
                     path.string());
  }
  Dataset dataset;
  dataset.source = path.string();
  dataset.sample_shape.assign(images.shape.begin() + 1, images.shape.end());
  dataset.features = images.values.size() / images.shape[0];
  dataset.pixels = std::move(images.values);
  return dataset;
}

ArrayLabels make_labels(const fs::path& path, const IdxArray& labels) {
  if (labels.shape.size() != 1) {
    throw data_error("{}: is an array of rank {}, as images are; expected labels, of rank 1; check the file",
                     path.string(), labels.shape.size());
  }
  return number_labels({labels.values.begin(), labels.values.end()}, path.string());
}

void check_shapes(const Dataset& train, const Dataset& test) {
  if (train.sample_shape != test.sample_shape) {
    throw data_error("{}: has images of {}; expected {}, as in {}; use files that belong together", test.source,
                     shape_text(test.sample_shape), shape_text(train.sample_shape), train.source);
  }
}

}  // namespace

bool has_idx_files(const fs::path& folder) {
  return std::ranges::any_of(names_in(folder), [](const std::string& name) { return parse_name(name).has_value(); });
}

DataSource load_idx_folder(const fs::path& path, int threads,
                           const std::optional<std::vector<std::string>>& class_names, LabelUse use,
                           const std::function<void(const Dataset&)>& check) {
  const FilePaths paths = find_files(path);
  FileArrays arrays = read_files(paths, threads);
  DataSource source;
  source.train = make_dataset(paths[train_images], std::move(arrays[train_images]));
  source.test = make_dataset(paths[test_images], std::move(arrays[test_images]));
  check_shapes(source.train, source.test);
  if (check) {
    check(source.train);
  }
  if (use == LabelUse::ignore) {
    return source;
  }
  const ArrayLabels labels = make_labels(paths[train_labels], arrays[train_labels]);
  const std::vector<std::string>& names = class_names ? *class_names : labels.names;
  set_labels(source.train, labels, names);
  set_labels(source.test, make_labels(paths[test_labels], arrays[test_labels]), names);
  source.classes = names.size();
  source.class_names = names_needed(names);
  return source;
}

}  // namespace strata
