#include "data/npy_parts.h"

#include <fmt/format.h>

#include <string>

#include "core/error.h"
#include "data/npy.h"
#include "data/read_file.h"

namespace strata {

namespace {

namespace fs = std::filesystem;

void add_labels(Dataset& part, const fs::path& path) {
  part.labels = read_npy_labels(path);
  if (part.labels.size() != part.rows()) {
    throw data_error("{}: has {} labels; expected {}, one for each row of {}; use files that belong together",
                     path.string(), part.labels.size(), part.rows(), part.source);
  }
}

/// X_part.npy and y_part.npy of a folder; no rows if neither is there.
Dataset load_npy_part(const fs::path& folder, std::string_view part, MissingValues missing, LabelUse labels,
                      int threads) {
  const auto features = find_plain_or_gzip(folder, npy_features_name(part));
  const auto own_labels = find_plain_or_gzip(folder, npy_labels_name(part));
  const bool labels_needed = features && labels == LabelUse::read;
  if ((own_labels && !features) || (labels_needed && !own_labels)) {
    throw data_error("{}: is missing, and so is its .gz; expected it beside {}; check the folder",
                     (folder / (features ? npy_labels_name(part) : npy_features_name(part))).string(),
                     features ? npy_features_name(part) : npy_labels_name(part));
  }
  return features ? load_npy({"--data", *features, own_labels, "--labels"}, missing, labels, threads) : Dataset();
}

}  // namespace

std::string npy_features_name(std::string_view part) { return fmt::format("X_{}.npy", part); }
std::string npy_labels_name(std::string_view part) { return fmt::format("y_{}.npy", part); }

bool has_npy_part(const fs::path& folder, std::string_view part) {
  return find_plain_or_gzip(folder, npy_features_name(part)).has_value();
}

Dataset load_npy(const PartRequest& part, MissingValues missing, LabelUse labels, int threads) {
  if (labels == LabelUse::read && !part.labels) {
    throw usage_error("{} {} has no labels; give {} LABELS.npy", part.option, part.data.string(), part.labels_option);
  }
  Dataset dataset = read_npy_features(part.data, missing, threads);
  if (labels == LabelUse::read) {
    add_labels(dataset, *part.labels);
  }
  return dataset;
}

DataSource load_npy_folder(const PartRequest& whole, MissingValues missing, LabelUse labels, int threads) {
  reject_labels(whole, "a folder");
  DataSource source;
  source.train = load_npy_part(whole.data, kTrainPart, missing, labels, threads);
  source.validation = load_npy_part(whole.data, kValidationPart, missing, labels, threads);
  source.test = load_npy_part(whole.data, kTestPart, missing, labels, threads);
  return source;
}

}  // namespace strata
