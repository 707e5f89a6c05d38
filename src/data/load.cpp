#include "data/load.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/number.h"
#include "data/class_index.h"
#include "data/data_source.h"
#include "data/folder_content.h"
#include "data/formats/idx_folder.h"
#include "data/formats/image_folder.h"
#include "data/formats/npy.h"
#include "data/formats/npy_parts.h"
#include "data/formats/npz.h"
#include "data/read_file.h"
#include "data/shown_text.h"

namespace strata {

namespace {

namespace fs = std::filesystem;

/// What lies at a path. A new form gets its name here, its look in form_of, and its reader in the two load functions.
enum class Form { idx_folder, npy_folder, image_folder, npy_file, npz_file, table };

Form form_of_folder(const fs::path& folder) {
  if (has_npy_part(folder, kTrainPart) || has_npy_part(folder, kTestPart)) {
    return Form::npy_folder;
  }
  if (has_idx_files(folder)) {
    return Form::idx_folder;
  }
  if (is_image_folder(folder)) {
    return Form::image_folder;
  }
  throw data_error("{}: {}", folder.string(), unknown_content(folder));
}

Form form_of(const fs::path& path) {
  const fs::file_status status = look_at(path);
  if (!fs::exists(status)) {
    throw data_error(
        "{}: does not exist; expected a folder of IDX or NPY files or of images by class, an NPY or NPZ file or a "
        "table; check the path",
        path.string());
  }
  if (fs::is_directory(status)) {
    return form_of_folder(path);
  }
  if (is_npy_name(path)) {
    return Form::npy_file;
  }
  if (is_npz_name(path)) {
    return Form::npz_file;
  }
  if (is_table_name(path)) {
    return Form::table;
  }
  throw data_error(
      "{}: is no folder, and its name ends in none of .npz, .npy, .csv, .tsv, .txt and the last four with .gz, so that "
      "its form is not known; rename it, or check the path",
      path.string());
}

void reject_missing_option(const DataSource& source, const DataRequest& request) {
  if (request.missing == MissingValues::mean && !source.train.pixels.empty()) {
    throw usage_error("‹missing› mean does not apply: {} holds pixels, none of which can be missing",
                      source.train.source);
  }
}

void reject_table_roles(const DataRequest& request) {
  const ColumnRoles& roles = request.roles;
  const std::pair<std::string_view, bool> options[] = {
      {"‹label_column›", !roles.label.empty()},
      {"‹ignore_columns›", !roles.ignored.empty()},
      {"‹id_column›", !roles.id.empty()},
      {"‹weight_column›", !roles.weight.empty()},
      {"‹category_columns›", !roles.categories.empty()},
      {"‹date_columns›", !roles.dates.empty()},
      {"‹target_columns›", !roles.targets.empty()},
      {"‹label_columns›", !roles.labels.empty()},
      {"‹label_separator›", !roles.label_separator.empty()},
      {"‹unseen_categories›", request.unseen != UnseenCategories::error},
      {"‹header›", request.dialect.header != HeaderLine::automatic},
      {"‹delimiter›", request.dialect.delimiter != Delimiter::automatic},
      {"‹decimal›", request.dialect.decimal != DecimalMark::open},
      {"‹comment›", request.dialect.comment != '\0'},
      {"‹missing_values›", !request.dialect.missing_values.empty()},
      {"‹label_type›", request.dialect.labels != LabelType::automatic}};
  for (const auto& [option, given] : options) {
    if (given) {
      throw usage_error("{} does not apply: {} is no table", option, request.data.string());
    }
  }
}

TableOptions table_options(const DataRequest& request, MissingValues missing) {
  TableOptions options;
  options.dialect = request.dialect;
  options.missing = missing;
  options.unseen = request.unseen;
  options.find_offsets = !request.as_before;
  return options;
}

/// A part of its own beside a training table, or for a model of tables.
Dataset load_table_part(const DataFiles& files, const TableSchema& schema, const std::vector<std::string>& class_names,
                        LabelUse labels, const TableOptions& options, int threads) {
  if (!is_table_name(files.data)) {
    throw data_error("{}: is no table (.csv, .tsv or .txt); expected one, as the training data are",
                     files.data.string());
  }
  reject_labels(files, "a table");
  return load_table(files.data, schema, class_names, labels, options, threads);
}

/// The parts that stand beside a table, which source.table describes; `names` are those of its classes or labels.
void add_table_parts(DataSource& source, const std::vector<std::string>& names, const DataRequest& request,
                     LabelUse labels, const TableOptions& options) {
  const auto load = [&](const DataFiles& files) {
    return load_table_part(files, *source.table, names, labels, options, request.threads);
  };
  if (const auto files = validation_files(request)) {
    source.validation = load(*files);
  }
  if (const auto files = test_files(request)) {
    source.test = load(*files);
  }
}

/// The error of a training table; if several columns have problems, all of them.
Error advised(const Error& error, const DataRequest& request) {
  const std::optional<TableAdvice> advice = training_advice(request);
  if (!advice || advice->problems.empty()) {
    return error;
  }
  const std::string message = advice->problems.size() == 1
                                  ? std::string(error.what())
                                  : fmt::format("{}: {}", request.data.string(), fmt::join(advice->problems, "; "));
  return {error.kind(), message, advice->cures ? advice->remedy : Remedy()};
}

TableData load_training_table(const DataRequest& request, const TableOptions& options) {
  try {
    return load_table(request.data, request.roles, options, request.threads);
  } catch (const Error& error) {
    throw advised(error, request);
  }
}

DataSource load_tables(const DataRequest& request) {
  TableOptions options = table_options(request, request.missing);
  reject_labels(whole_files(request), "a table");
  TableData table = load_training_table(request, options);
  DataSource source;
  source.train = std::move(table.data);
  source.class_names = std::move(table.class_names);
  source.classes = source.class_names.size();
  source.targets = table.schema.target_kind();
  source.table = std::move(table.schema);
  options.offsets = source.train.offsets;
  add_table_parts(source, source.targets == TargetKind::classes ? source.class_names : source.train.target_names,
                  request, LabelUse::read, options);
  return source;
}

/// What labels call the model's classes.
const std::vector<std::string>& labels_of(const DataNeeds& needs) {
  return needs.targets != TargetKind::classes ? needs.target_names
         : needs.class_labels.empty()         ? needs.class_names
                                              : needs.class_labels;
}

DataSource load_tables_for(const DataRequest& request, const DataNeeds& needs, LabelUse labels,
                           const TableOptions& options) {
  DataSource source;
  source.table = needs.table;
  source.train =
      load_table_part(whole_files(request), *needs.table, labels_of(needs), labels, options, request.threads);
  add_table_parts(source, labels_of(needs), request, labels, options);
  return source;
}

/// The names of the classes that data or a model have, or their numbers.
template <class Source>
std::vector<std::string> class_names_of(const Source& source) {
  std::vector<std::string> names = source.class_names;
  for (std::size_t c = names.size(); c < source.classes; ++c) {
    names.push_back(std::to_string(c));
  }
  return names;
}

/// A validation or test part beside arrays: a single file.
Dataset load_array_part(const DataFiles& files, ArrayReading& reading) {
  if (form_of(files.data) != Form::npy_file) {
    throw data_error("{}: is no NPY file; expected one, as {} stands beside arrays", files.data.string(), files.option);
  }
  return load_npy(files, reading);
}

void reject_image_options(const DataRequest& request) {
  const std::pair<std::string_view, bool> options[] = {{"‹images›", request.images.rule != ImageRule::strict},
                                                       {"‹resize›", request.images.resize.has_value()},
                                                       {"‹gray›", request.images.gray}};
  for (const auto& [option, given] : options) {
    if (given) {
      throw usage_error("{} does not apply: {} is no folder of images", option, request.data.string());
    }
  }
}

/// The parts of `request.data` itself; `reading` has their offsets and classes from then on. Images have the shape
/// `image`, if that is known.
DataSource load_own_parts(const DataRequest& request, Form form, ArrayReading& reading,
                          std::optional<ImageShape> image) {
  const DataFiles whole = whole_files(request);
  DataSource source;
  if (form == Form::npy_folder) {
    return load_npy_folder(whole, reading);
  }
  if (form == Form::npz_file) {
    return load_npz(whole, reading);
  }
  if (form == Form::npy_file) {
    source.train = load_npy(whole, reading);
    return source;
  }
  reject_labels(whole, "a folder");
  source =
      form == Form::image_folder
          ? load_image_folder(request.data, reading.class_names, reading.labels, request.threads, request.images, image)
          : load_idx_folder(request.data, request.threads, reading.class_names, reading.labels, reading.check);
  if (!reading.class_names) {
    reading.class_names = class_names_of(source);
  }
  return source;
}

/// All parts of anything but tables.
DataSource load_arrays(const DataRequest& request, Form form, ArrayReading& reading,
                       std::optional<ImageShape> image = {}) {
  DataSource source = load_own_parts(request, form, reading, image);
  if (const auto files = validation_files(request)) {
    source.validation = load_array_part(*files, reading);
  }
  if (const auto files = test_files(request)) {
    source.test = load_array_part(*files, reading);
  }
  return source;
}

/// Gives classes numbers from 0 to the largest label, whether they occur or not.
void number_as_before(DataSource& source) {
  if (source.class_names.empty()) {  // they are 0, 1, … anyway
    return;
  }
  std::vector<std::uint32_t> numbers;
  for (const std::string& name : source.class_names) {
    const auto number = parse_number<std::uint32_t>(name);
    if (!number) {
      return;
    }
    numbers.push_back(*number);
  }
  for (Dataset* part : {&source.train, &source.validation, &source.test}) {
    std::ranges::transform(part->labels, part->labels.begin(), [&](std::uint32_t label) { return numbers[label]; });
  }
  source.classes = std::size_t{1} + numbers.back();
  source.class_names.clear();
}

void require_training_part(const DataSource& source, const fs::path& folder) {
  if (source.train.rows() == 0) {
    throw data_error("{}: is missing{}; expected it, to train on; check the data",
                     (folder / npy_features_name(kTrainPart)).string(),
                     is_npz_name(folder) ? "" : ", and so is its .gz");
  }
}

/// Arrays to train on.
DataSource load_training_arrays(const DataRequest& request, Form form) {
  ArrayReading reading{.missing = request.missing, .labels = LabelUse::read, .threads = request.threads};
  reading.takes = request.takes;
  if (request.as_before) {
    reading.offsets.emplace();
  }
  DataSource source = load_arrays(request, form, reading);
  require_training_part(source, request.data);
  source.classes = reading.class_names->size();
  source.targets = reading.target_columns ? reading.takes.front() : TargetKind::classes;
  source.class_names = form == Form::image_folder ? *reading.class_names : names_needed(*reading.class_names);
  if (request.as_before && form != Form::image_folder) {
    number_as_before(source);
  }
  return source;
}

/// Calls the classes by the names of the request.
void name_classes(DataSource& source, const DataRequest& request) {
  if (request.class_names.empty()) {
    return;
  }
  if (source.targets != TargetKind::classes) {
    throw usage_error("‹class_names› does not apply: {} has no classes to learn, but {}", request.data.string(),
                      name_of(source.targets));
  }
  std::vector<std::string> labels = class_names_of(source);
  if (!std::ranges::all_of(labels, is_number_label)) {
    throw usage_error("‹class_names› does not apply: {} has names for its classes, {}", request.data.string(),
                      shown_names(labels));
  }
  if (labels.size() != request.class_names.size()) {
    throw usage_error("‹class_names›: found {} names; {} has {} classes, {}; give a name for each, in this order",
                      request.class_names.size(), request.data.string(), labels.size(), shown_names(labels));
  }
  source.class_labels = std::move(labels);
  source.class_names = request.class_names;
}

}  // namespace

DataSource load_data(const DataRequest& request) {
  const Form form = form_of(request.data);
  if (form != Form::image_folder) {
    reject_image_options(request);
  }
  DataSource source;
  if (form == Form::table) {
    source = load_tables(request);
  } else {
    reject_table_roles(request);
    source = load_training_arrays(request, form);
  }
  reject_missing_option(source, request);
  check_fit(source.validation, source);
  check_fit(source.test, source);
  name_classes(source, request);
  return source;
}

std::optional<TableAdvice> training_advice(const DataRequest& request) {
  if (form_of(request.data) != Form::table) {
    return std::nullopt;
  }
  try {
    return advise(look_at_table(request.data, request.roles, request.dialect), request.roles,
                  table_options(request, request.missing));
  } catch (const Error&) {  // what is asked, or the table's form
    return std::nullopt;
  }
}

bool has_validation_part(const DataRequest& request) {
  std::error_code ignored;
  return request.validation_data ||
         (fs::is_directory(request.data, ignored) &&
          (has_npy_part(request.data, kValidationPart) || has_image_part(request.data, kValidationPart))) ||
         (is_npz_name(request.data) && fs::is_regular_file(request.data, ignored) &&
          has_npz_part(request.data, kValidationPart));
}

DataSource load_for_model(const DataRequest& request, const DataNeeds& needs, LabelUse labels) {
  const Form form = form_of(request.data);
  if ((form == Form::table) != needs.table.has_value()) {
    throw data_error("{}: is {} table; the model was trained on {}; give data of the model's kind",
                     request.data.string(), form == Form::table ? "a" : "no",
                     needs.table ? "tables" : fmt::format("arrays of {} features", needs.features));
  }
  const bool has_classes = form == Form::idx_folder || form == Form::image_folder;
  if (has_classes && needs.targets != TargetKind::classes && labels == LabelUse::read) {
    throw data_error("{}: its rows are of classes; the model learnt {}; give NPY files of these", request.data.string(),
                     name_of(needs.targets));
  }
  const MissingValues missing = needs.fills_missing ? MissingValues::mean : MissingValues::error;
  DataSource source;
  if (form == Form::table) {
    TableOptions options = table_options(request, missing);
    options.offsets = needs.offsets;
    source = load_tables_for(request, needs, labels, options);
  } else {
    ArrayReading reading{missing,
                         labels,
                         request.threads,
                         needs.offsets,
                         needs.class_labels.empty() ? class_names_of(needs) : needs.class_labels,
                         [&](const Dataset& part) { check_needs(part, needs); }};
    reading.takes = {needs.targets};
    if (needs.targets != TargetKind::classes) {
      reading.target_columns = needs.target_columns;
    }
    DataRequest of_model = request;
    of_model.images = needs.images;
    const bool converts = needs.images.rule == ImageRule::convert;
    source = load_arrays(of_model, form, reading, converts ? image_shape_of(needs.sample_shape) : std::nullopt);
  }
  for (Dataset* part : {&source.train, &source.validation, &source.test}) {
    if (labels == LabelUse::ignore) {
      part->labels.clear();
      part->target_values.clear();
      part->target_columns = 0;
    }
    check_needs(*part, needs);
  }
  source.classes = needs.classes;
  source.class_names = needs.class_names;
  source.targets = needs.targets;
  source.class_labels = needs.class_labels;
  source.table = needs.table;
  return source;
}

}  // namespace strata
