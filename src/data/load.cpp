#include "data/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "data/idx.h"
#include "data/image_folder.h"
#include "data/npy.h"
#include "data/read_file.h"

namespace strata {

namespace {

namespace fs = std::filesystem;

/// What lies at a path. A new form gets its name here, its look in form_of, and its reader in the two load functions.
enum class Form { idx_folder, npy_folder, image_folder, npy_file, table };

constexpr std::string_view kTrain = "train";
constexpr std::string_view kValidation = "validation";
constexpr std::string_view kTest = "test";

std::string features_name(std::string_view part) { return fmt::format("X_{}.npy", part); }
std::string labels_name(std::string_view part) { return fmt::format("y_{}.npy", part); }

bool has_npy_part(const fs::path& folder, std::string_view part) {
  return find_plain_or_gzip(folder, features_name(part)).has_value();
}

Form form_of(const fs::path& path) {
  const fs::file_status status = look_at(path);
  if (!fs::exists(status)) {
    throw data_error(
        "{}: does not exist; expected a folder of IDX or NPY files or of images by class, an NPY file or a table; "
        "check "
        "the path",
        path.string());
  }
  if (fs::is_directory(status)) {
    return has_npy_part(path, kTrain) || has_npy_part(path, kTest) ? Form::npy_folder
           : is_image_folder(path)                                 ? Form::image_folder
                                                                   : Form::idx_folder;
  }
  if (is_npy_name(path)) {
    return Form::npy_file;
  }
  if (is_table_name(path)) {
    return Form::table;
  }
  throw data_error(
      "{}: is no folder, and its name ends in none of .npy, .csv, .tsv, .txt and these with .gz, so that its form is "
      "not known; rename it, or check the path",
      path.string());
}

/// A file of one part with the option that named it, and the labels beside it.
struct PartRequest {
  std::string_view option;
  fs::path data;
  std::optional<fs::path> labels;
  std::string_view labels_option;
};

PartRequest whole_request(const DataRequest& request) { return {"--data", request.data, request.labels, "--labels"}; }

/// Those of the two options that were given.
std::optional<PartRequest> part_request(std::string_view option, const std::optional<fs::path>& data,
                                        const std::optional<fs::path>& labels, std::string_view labels_option) {
  if (labels && !data) {
    throw usage_error("{} {} does not apply without {}", labels_option, labels->string(), option);
  }
  return data ? std::optional(PartRequest{option, *data, labels, labels_option}) : std::nullopt;
}
std::optional<PartRequest> validation_request(const DataRequest& request) {
  return part_request("--validation-data", request.validation_data, request.validation_labels, "--validation-labels");
}
std::optional<PartRequest> test_request(const DataRequest& request) {
  return part_request("--test-data", request.test_data, request.test_labels, "--test-labels");
}

void reject_labels(const PartRequest& part, std::string_view form) {
  if (part.labels) {
    throw usage_error("{} does not apply: {} is {}, which has its own labels", part.labels_option, part.data.string(),
                      form);
  }
}

void add_labels(Dataset& part, const fs::path& path) {
  part.labels = read_npy_labels(path);
  if (part.labels.size() != part.rows()) {
    throw data_error("{}: has {} labels; expected {}, one for each row of {}; use files that belong together",
                     path.string(), part.labels.size(), part.rows(), part.source);
  }
}

/// An NPY file of features and, unless they are ignored, that of its labels.
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

/// X_part.npy and y_part.npy of a folder; no rows if neither is there.
Dataset load_npy_part(const fs::path& folder, std::string_view part, MissingValues missing, LabelUse labels,
                      int threads) {
  const auto features = find_plain_or_gzip(folder, features_name(part));
  const auto own_labels = find_plain_or_gzip(folder, labels_name(part));
  const bool labels_needed = features && labels == LabelUse::read;
  if ((own_labels && !features) || (labels_needed && !own_labels)) {
    throw data_error("{}: is missing, and so is its .gz; expected it beside {}; check the folder",
                     (folder / (features ? labels_name(part) : features_name(part))).string(),
                     features ? features_name(part) : labels_name(part));
  }
  return features ? load_npy({"--data", *features, own_labels, "--labels"}, missing, labels, threads) : Dataset();
}

DataSource load_npy_folder(const PartRequest& whole, MissingValues missing, LabelUse labels, int threads) {
  reject_labels(whole, "a folder");
  DataSource source;
  source.train = load_npy_part(whole.data, kTrain, missing, labels, threads);
  source.validation = load_npy_part(whole.data, kValidation, missing, labels, threads);
  source.test = load_npy_part(whole.data, kTest, missing, labels, threads);
  return source;
}

std::string_view kind_name(const Dataset& part) { return part.pixels.empty() ? "fp32 values" : "pixels"; }

void check_sample_shape(const Dataset& part, const std::vector<std::size_t>& shape, const std::string& as) {
  if (part.sample_shape != shape) {
    throw data_error("{}: has samples of {}; expected {}, as {}; use files that belong together", part.source,
                     shape_text(part.sample_shape), shape_text(shape), as);
  }
}

void check_labels(const Dataset& part, std::size_t classes, std::string_view whose) {
  const auto found = std::ranges::find_if(part.labels, [&](std::uint32_t label) { return label >= classes; });
  if (found != part.labels.end()) {
    throw data_error("{}: row {} (counted from 0) has label {}; expected at most {}, the largest of {}", part.source,
                     found - part.labels.begin(), *found, classes - 1, whose);
  }
}

void check_row_weights(const Dataset& part) {
  const auto bad = std::ranges::find_if(part.row_weights, [](float w) { return !std::isnormal(w) || w < 0; });
  if (bad != part.row_weights.end()) {
    throw data_error("{}: row {} (counted from 0) has weight {}; expected a finite number above 0; mend it",
                     part.source, bad - part.row_weights.begin(), *bad);
  }
}

/// That a part has rows for the network that the training part is trained for.
void check_fit(const Dataset& part, const DataSource& source) {
  if (part.rows() == 0) {
    return;
  }
  check_sample_shape(part, source.train.sample_shape, fmt::format("in {}", source.train.source));
  if (part.pixels.empty() != source.train.pixels.empty()) {
    throw data_error("{}: holds {}; expected {}, as in {}; convert it", part.source, kind_name(part),
                     kind_name(source.train), source.train.source);
  }
  check_labels(part, source.classes, "the training part");
}

void reject_missing_option(const DataSource& source, const DataRequest& request) {
  if (request.missing == MissingValues::mean && !source.train.pixels.empty()) {
    throw usage_error("--missing mean does not apply: {} holds pixels, none of which can be missing",
                      source.train.source);
  }
}

void reject_table_roles(const DataRequest& request) {
  const ColumnRoles& roles = request.roles;
  const std::pair<std::string_view, bool> options[] = {{"--label-column", !roles.label.empty()},
                                                       {"--ignore-columns", !roles.ignored.empty()},
                                                       {"--id-column", !roles.id.empty()},
                                                       {"--weight-column", !roles.weight.empty()},
                                                       {"--category-columns", !roles.categories.empty()},
                                                       {"--header", request.header != HeaderLine::automatic}};
  for (const auto& [option, given] : options) {
    if (given) {
      throw usage_error("{} does not apply: {} is no table", option, request.data.string());
    }
  }
}

TableOptions table_options(const DataRequest& request, MissingValues missing) {
  TableOptions options;
  options.header = request.header;
  options.missing = missing;
  options.unseen = request.unseen;
  return options;
}

/// A part of its own beside a training table, or for a model of tables.
Dataset load_table_part(const PartRequest& part, const TableSchema& schema, const std::vector<std::string>& class_names,
                        LabelUse labels, const TableOptions& options, int threads) {
  if (!is_table_name(part.data)) {
    throw data_error("{}: is no table (.csv, .tsv or .txt); expected one, as the training data are",
                     part.data.string());
  }
  reject_labels(part, "a table");
  return load_table(part.data, schema, class_names, labels, options, threads);
}

DataSource load_tables(const DataRequest& request) {
  const TableOptions options = table_options(request, request.missing);
  reject_labels(whole_request(request), "a table");
  TableData table = load_table(request.data, request.roles, options, request.threads);
  DataSource source;
  source.train = std::move(table.data);
  source.class_names = std::move(table.class_names);
  source.classes = source.class_names.size();
  source.table = std::move(table.schema);
  const auto load = [&](const PartRequest& part) {
    return load_table_part(part, *source.table, source.class_names, LabelUse::read, options, request.threads);
  };
  if (const auto part = validation_request(request)) {
    source.validation = load(*part);
  }
  if (const auto part = test_request(request)) {
    source.test = load(*part);
  }
  return source;
}

/// A validation or test part beside arrays: a single file.
Dataset load_array_part(const PartRequest& part, MissingValues missing, LabelUse labels, int threads) {
  if (form_of(part.data) != Form::npy_file) {
    throw data_error("{}: is no NPY file; expected one, as {} stands beside arrays", part.data.string(), part.option);
  }
  return load_npy(part, missing, labels, threads);
}

/// All parts of anything but tables.
/// `class_names`: of a model that the data are for.
DataSource load_arrays(const DataRequest& request, Form form, MissingValues missing, LabelUse labels,
                       const std::optional<std::vector<std::string>>& class_names = {}) {
  DataSource source;
  const PartRequest whole = whole_request(request);
  switch (form) {
    case Form::npy_folder:
      source = load_npy_folder(whole, missing, labels, request.threads);
      break;
    case Form::npy_file:
      source.train = load_npy(whole, missing, labels, request.threads);
      break;
    case Form::image_folder:
      reject_labels(whole, "a folder");
      source = load_image_folder(request.data, class_names, labels, request.threads);
      break;
    default:
      reject_labels(whole, "a folder");
      source = load_idx_folder(request.data, request.threads);
  }
  if (const auto part = validation_request(request)) {
    source.validation = load_array_part(*part, missing, labels, request.threads);
  }
  if (const auto part = test_request(request)) {
    source.test = load_array_part(*part, missing, labels, request.threads);
  }
  return source;
}

void require_training_part(const DataSource& source, const fs::path& folder) {
  if (source.train.rows() == 0) {
    throw data_error("{}: is missing, and so is its .gz; expected one of them; check the folder",
                     (folder / features_name(kTrain)).string());
  }
}

/// That the model can take the part's rows.
void check_needs(const Dataset& part, const DataNeeds& needs) {
  if (part.rows() == 0) {
    return;
  }
  if (part.features != needs.features) {
    throw data_error("{}: its rows have {} features; the model takes {}; give data of the model's kind", part.source,
                     part.features, needs.features);
  }
  if (!needs.sample_shape.empty()) {
    check_sample_shape(part, needs.sample_shape, "the model takes");
  }
  check_labels(part, needs.classes, "the model's classes");
}

/// The names of the model's classes, or their numbers.
std::vector<std::string> known_classes(const DataNeeds& needs) {
  std::vector<std::string> names = needs.class_names;
  for (std::size_t c = names.size(); c < needs.classes; ++c) {
    names.push_back(fmt::format("{}", c));
  }
  return names;
}

DataSource load_tables_for(const DataRequest& request, const DataNeeds& needs, LabelUse labels,
                           const TableOptions& options) {
  const auto load = [&](const PartRequest& part) {
    return load_table_part(part, *needs.table, needs.class_names, labels, options, request.threads);
  };
  DataSource source;
  source.train = load(whole_request(request));
  if (const auto part = validation_request(request)) {
    source.validation = load(*part);
  }
  if (const auto part = test_request(request)) {
    source.test = load(*part);
  }
  return source;
}

}  // namespace

DataSource load_data(const DataRequest& request) {
  const Form form = form_of(request.data);
  DataSource source;
  if (form == Form::table) {
    source = load_tables(request);
  } else {
    reject_table_roles(request);
    source = load_arrays(request, form, request.missing, LabelUse::read);
    require_training_part(source, request.data);
    source.classes = source.class_names.empty() ? std::size_t{1} + *std::ranges::max_element(source.train.labels)
                                                : source.class_names.size();
  }
  reject_missing_option(source, request);
  check_fit(source.validation, source);
  check_fit(source.test, source);
  check_row_weights(source.train);
  return source;
}

bool has_validation_part(const DataRequest& request) {
  std::error_code ignored;
  return request.validation_data ||
         (fs::is_directory(request.data, ignored) &&
          (has_npy_part(request.data, kValidation) || has_image_part(request.data, kValidation)));
}

DataSource load_for_model(const DataRequest& request, const DataNeeds& needs, LabelUse labels) {
  const Form form = form_of(request.data);
  if ((form == Form::table) != needs.table.has_value()) {
    throw data_error("{}: is {} table; the model was trained on {}; give data of the model's kind",
                     request.data.string(), form == Form::table ? "a" : "no",
                     needs.table ? "tables" : fmt::format("arrays of {} features", needs.features));
  }
  const MissingValues missing = needs.fills_missing ? MissingValues::mean : MissingValues::error;
  DataSource source = form == Form::table ? load_tables_for(request, needs, labels, table_options(request, missing))
                                          : load_arrays(request, form, missing, labels, known_classes(needs));
  for (Dataset* part : {&source.train, &source.validation, &source.test}) {
    if (labels == LabelUse::ignore) {
      part->labels.clear();
    }
    check_needs(*part, needs);
  }
  source.classes = needs.classes;
  source.class_names = needs.class_names;
  source.table = needs.table;
  return source;
}

}  // namespace strata
