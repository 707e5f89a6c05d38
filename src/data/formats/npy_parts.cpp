#include "data/formats/npy_parts.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "core/error.h"
#include "data/class_index.h"
#include "data/formats/npy.h"
#include "data/formats/npz.h"
#include "data/read_file.h"
#include "data/shown_text.h"

namespace strata {

namespace {

namespace fs = std::filesystem;

using Letters = std::array<char, 2>;
constexpr Letters kFeatures{'X', 'x'};
constexpr Letters kLabels{'y', 'Y'};

/// X_train; of an array that is all there is X.
std::string array_name(char letter, std::string_view part) {
  return part.empty() ? std::string(1, letter) : fmt::format("{}_{}", letter, part);
}

std::string npy_name(char letter, std::string_view part) { return array_name(letter, part) + ".npy"; }

/// The file of that letter, small or capital, and part. Throws Error(data) if both are there.
std::optional<fs::path> find_array(const fs::path& folder, const Letters& letters, std::string_view part) {
  std::optional<fs::path> found;
  for (const char letter : letters) {
    if (const auto path = find_plain_or_gzip(folder, npy_name(letter, part))) {
      if (found) {
        throw data_error("{}: stands beside {}; expected one of them; remove the other", path->string(),
                         found->filename().string());
      }
      found = path;
    }
  }
  return found;
}

std::optional<fs::path> find_features(const fs::path& folder, std::string_view part) {
  return find_array(folder, kFeatures, part);
}

/// Targets that are no classes.
void add_targets(Dataset& part, const AlignedVector<std::uint8_t>& bytes, const std::string& name, TargetKind kind,
                 ArrayReading& reading) {
  set_npy_targets(part, bytes, name, kind, !reading.target_columns);
  if (!reading.target_columns) {
    reading.takes = {kind};
    reading.target_columns = part.target_columns;
    reading.class_names.emplace();
  }
  if (part.target_columns != reading.target_columns) {
    throw data_error("{}: has rows of {} targets; expected {}, as in training; use files that belong together", name,
                     part.target_columns, *reading.target_columns);
  }
}

void add_labels(Dataset& part, const AlignedVector<std::uint8_t>& bytes, const std::string& name,
                ArrayReading& reading) {
  const TargetKind kind = npy_target_kind(bytes, name, reading.takes);
  if (kind != TargetKind::classes) {
    return add_targets(part, bytes, name, kind, reading);
  }
  const ArrayLabels labels = parse_npy_labels(bytes, name);
  if (!reading.class_names) {
    reading.class_names = labels.names;
    reading.takes = {TargetKind::classes};
  }
  set_labels(part, labels, *reading.class_names);
}

/// Notes what a part of features tells of the others.
void note_features(const Dataset& part, ArrayReading& reading) {
  if (!reading.offsets) {
    reading.offsets = part.offsets;
  }
  if (reading.check) {
    reading.check(part);
  }
}

/// The array of that letter, small or capital, and part; empty if there is none. Throws Error(data) if both are there.
std::string find_npz_array(const NpzFile& file, const Letters& letters, std::string_view part) {
  const std::string first = array_name(letters[0], part);
  const std::string second = array_name(letters[1], part);
  if (file.has(first) && file.has(second)) {
    throw data_error("{}: stands beside {}; expected one of them", file.title(first), second);
  }
  return file.has(first) ? first : file.has(second) ? second : "";
}

/// No rows if the features are not there.
Dataset load_npz_part(const NpzFile& file, std::string_view part, ArrayReading& reading) {
  const std::string features = find_npz_array(file, kFeatures, part);
  const std::string labels = find_npz_array(file, kLabels, part);
  const bool labels_needed = !features.empty() && reading.labels == LabelUse::read;
  if ((features.empty() && !labels.empty()) || (labels_needed && labels.empty())) {
    throw data_error("{}: is missing; expected it beside {}; the file has {}",
                     file.title(array_name(features.empty() ? 'X' : 'y', part)), features.empty() ? labels : features,
                     shown_names(file.names()));
  }
  if (features.empty()) {
    return {};
  }
  Dataset dataset =
      parse_npy_features(file.read(features), file.title(features), reading.missing, reading.threads, reading.offsets);
  note_features(dataset, reading);
  if (labels_needed) {
    add_labels(dataset, file.read(labels), file.title(labels), reading);
  }
  return dataset;
}

/// X_part.npy and y_part.npy of a folder; no rows if neither is there.
Dataset load_npy_part(const fs::path& folder, std::string_view part, ArrayReading& reading) {
  const auto features = find_features(folder, part);
  const auto own_labels = find_array(folder, kLabels, part);
  const bool labels_needed = features && reading.labels == LabelUse::read;
  if ((own_labels && !features) || (labels_needed && !own_labels)) {
    throw data_error("{}: is missing, and so is its .gz; expected it beside {}; check the folder",
                     (folder / npy_name(features ? 'y' : 'X', part)).string(),
                     (features ? *features : *own_labels).filename().string());
  }
  return features ? load_npy({"‹data›", *features, own_labels, "‹labels›"}, reading) : Dataset();
}

}  // namespace

std::string npy_features_name(std::string_view part) { return npy_name('X', part); }

bool has_npy_part(const fs::path& folder, std::string_view part) { return find_features(folder, part).has_value(); }

Dataset load_npy(const DataFiles& files, ArrayReading& reading) {
  if (reading.labels == LabelUse::read && !files.labels) {
    throw usage_error("{} {} has no labels; give {} LABELS.npy", files.option, files.data.string(),
                      files.labels_option);
  }
  Dataset dataset = read_npy_features(files.data, reading.missing, reading.threads, reading.offsets);
  note_features(dataset, reading);
  if (reading.labels == LabelUse::read) {
    add_labels(dataset, read_inflated(*files.labels), files.labels->string(), reading);
  }
  return dataset;
}

DataSource load_npy_folder(const DataFiles& whole, ArrayReading& reading) {
  reject_labels(whole, "a folder");
  DataSource source;
  source.train = load_npy_part(whole.data, kTrainPart, reading);
  source.validation = load_npy_part(whole.data, kValidationPart, reading);
  source.test = load_npy_part(whole.data, kTestPart, reading);
  return source;
}

DataSource load_npz(const DataFiles& whole, ArrayReading& reading) {
  reject_labels(whole, "an NPZ file");
  const NpzFile file(whole.data);
  const bool divided =
      !find_npz_array(file, kFeatures, kTrainPart).empty() || !find_npz_array(file, kFeatures, kTestPart).empty();
  DataSource source;
  source.train = load_npz_part(file, divided ? kTrainPart : "", reading);
  if (!divided && source.train.rows() == 0) {
    throw data_error(
        "{}: has the arrays {}; expected X_train and y_train, and perhaps those of validation and test, or "
        "X and y; save them under these names",
        whole.data.string(), shown_names(file.names()));
  }
  source.validation = load_npz_part(file, kValidationPart, reading);
  source.test = load_npz_part(file, kTestPart, reading);
  return source;
}

bool has_npz_part(const fs::path& path, std::string_view part) {
  return !find_npz_array(NpzFile::table_of(path), kFeatures, part).empty();
}

}  // namespace strata
