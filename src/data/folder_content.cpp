#include "data/folder_content.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

#include "core/error.h"
#include "core/text.h"
#include "data/formats/image.h"
#include "data/formats/npy.h"
#include "data/formats/npz.h"
#include "data/shown_text.h"
#include "data/table/table.h"

namespace strata {

namespace {

namespace fs = std::filesystem;

/// Something that folders hold instead of data, and what to do then.
struct Stranger {
  bool (*is_it)(const fs::path& file);
  std::string_view name;
  std::string_view advice;
};

constexpr std::array kStrangers{
    Stranger{[](const fs::path& file) { return is_image_name(file.filename().string()); }, "images",
             "put them into folders by their classes, FOLDER/CLASS/IMAGE"},
    Stranger{[](const fs::path& file) { return is_npy_name(file); }, "NPY files",
             "call them X_train.npy and y_train.npy, or give the file of features itself, and that of its labels"},
    Stranger{[](const fs::path& file) { return is_npz_name(file); }, "NPZ files", "give the file itself"},
    Stranger{[](const fs::path& file) { return is_table_name(file); }, "tables", "give the table itself"},
    Stranger{[](const fs::path& file) { return file.filename().string().find("ubyte") != std::string::npos; },
             "IDX files",
             "call them train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and "
             "t10k-labels-idx1-ubyte"},
    Stranger{[](const fs::path& file) { return file.filename() == "config.json"; }, "a run's files",
             "give the data, not the folder of a run"}};

/// Without a .gz at its end, in lower case, as names of data are told apart by neither.
std::string plain_name(const fs::path& path) {
  return lower_letters((path.extension() == ".gz" ? path.stem() : path.filename()).string());
}

}  // namespace

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

bool is_data_name(const fs::path& path) {
  const std::string name = plain_name(path);
  const bool of_npy = name.ends_with(".npy") && (name.starts_with("x_") || name.starts_with("y_"));
  return of_npy || name.ends_with("ubyte") || is_image_name(path.filename().string());
}

std::string unknown_content(const fs::path& folder) {
  constexpr std::string_view kExpected =
      "expected IDX files (train-images-idx3-ubyte and its three companions), NPY files (X_train.npy, y_train.npy) or "
      "folders of images, one for each class";
  const std::vector<std::string> names = names_in(folder);
  for (const Stranger& stranger : kStrangers) {
    if (const auto found = std::ranges::find_if(names, stranger.is_it); found != names.end()) {
      return fmt::format("holds {}, such as {}; {}; {}", stranger.name, shown(*found), kExpected, stranger.advice);
    }
  }
  return names.empty() ? fmt::format("is empty; {}; check the path", kExpected)
                       : fmt::format("holds {}; {}; check the path", shown_names(names), kExpected);
}

}  // namespace strata
