#include "data/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "data/image_folder.h"
#include "data/npy.h"
#include "data/npy_parts.h"
#include "data/part_checks.h"
#include "data/part_request.h"
#include "data/read_file.h"

namespace strata {

namespace {

namespace fs = std::filesystem;

/// What lies at a path. A new form gets its name here, its look in form_of, and its reader in the two load functions.
enum class Form { idx_folder, npy_folder, image_folder, npy_file, table };

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
    return has_npy_part(path, kTrainPart) || has_npy_part(path, kTestPart) ? Form::npy_folder
           : is_image_folder(path)                                         ? Form::image_folder
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

void reject_missing_option(const DataSource& source, const DataRequest& request) {
  if (request.missing == MissingValues::mean && !source.train.pixels.empty()) {
    throw usage_error("--missing mean does not apply: {} holds pixels, none of which can be missing",
                      source.train.source);
  }
}

void reject_table_roles(const DataRequest& request) {
  const ColumnRoles& roles = request.roles;
  const std::pair<std::string_view, bool> options[] = {
      {"--label-column", !roles.label.empty()},
      {"--ignore-columns", !roles.ignored.empty()},
      {"--id-column", !roles.id.empty()},
      {"--weight-column", !roles.weight.empty()},
      {"--category-columns", !roles.categories.empty()},
      {"--unseen-categories", request.unseen != UnseenCategories::error},
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

/// The parts that stand beside a table, which source.table and source.class_names describe.
void add_table_parts(DataSource& source, const DataRequest& request, LabelUse labels, const TableOptions& options) {
  const auto load = [&](const PartRequest& part) {
    return load_table_part(part, *source.table, source.class_names, labels, options, request.threads);
  };
  if (const auto part = validation_request(request)) {
    source.validation = load(*part);
  }
  if (const auto part = test_request(request)) {
    source.test = load(*part);
  }
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
  add_table_parts(source, request, LabelUse::read, options);
  return source;
}

DataSource load_tables_for(const DataRequest& request, const DataNeeds& needs, LabelUse labels,
                           const TableOptions& options) {
  DataSource source;
  source.class_names = needs.class_names;
  source.table = needs.table;
  source.train =
      load_table_part(whole_request(request), *needs.table, needs.class_names, labels, options, request.threads);
  add_table_parts(source, request, labels, options);
  return source;
}

/// A validation or test part beside arrays: a single file.
Dataset load_array_part(const PartRequest& part, MissingValues missing, LabelUse labels, int threads) {
  if (form_of(part.data) != Form::npy_file) {
    throw data_error("{}: is no NPY file; expected one, as {} stands beside arrays", part.data.string(), part.option);
  }
  return load_npy(part, missing, labels, threads);
}

/// All parts of anything but tables. `class_names`: of a model that the data are for.
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
    case Form::idx_folder:
    case Form::table:
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
                     (folder / npy_features_name(kTrainPart)).string());
  }
}

/// The names of the model's classes, or their numbers.
std::vector<std::string> known_classes(const DataNeeds& needs) {
  std::vector<std::string> names = needs.class_names;
  for (std::size_t c = names.size(); c < needs.classes; ++c) {
    names.push_back(fmt::format("{}", c));
  }
  return names;
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
  return source;
}

bool has_validation_part(const DataRequest& request) {
  std::error_code ignored;
  return request.validation_data ||
         (fs::is_directory(request.data, ignored) &&
          (has_npy_part(request.data, kValidationPart) || has_image_part(request.data, kValidationPart)));
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
