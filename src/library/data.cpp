// strata_data: rows from arrays and from files.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "core/number.h"
#include "core/threads.h"
#include "data/data_source.h"
#include "data/formats/idx.h"
#include "data/load.h"
#include "data/shown_text.h"
#include "io/json_text.h"
#include "library/arguments.h"
#include "library/call.h"
#include "library/handles.h"
#include "run/info.h"
#include "run/start.h"
#include "settings/option.h"
#include "settings/run_settings.h"

namespace strata::library {

namespace {

/// From now on copies of the part have the same arrays.
void share_arrays(Dataset& part) {
  part.pixels.share();
  part.values.share();
  part.labels.share();
  part.row_weights.share();
  part.target_values.share();
}

std::vector<std::string> numbered_names(std::size_t classes) {
  std::vector<std::string> names;
  for (std::size_t c = 0; c < classes; ++c) {
    names.push_back(std::to_string(c));
  }
  return names;
}

/// What the rows of other data have to be, and to learn, to stand beside these.
DataNeeds needs_of(const strata_data& data) {
  const DataSource& source = data.source;
  return {.features = source.train.features,
          .classes = source.classes,
          .sample_shape = source.train.sample_shape,
          .class_names = source.class_names,
          .class_labels = source.class_labels,
          .targets = source.targets,
          .target_columns = source.train.target_columns,
          .target_names = source.train.target_names,
          .table = source.table,
          .fills_missing = true,  // whether they may be missing is for training to know
          .offsets = source.train.offsets};
}

void take_targets(strata_data& data, const DataNeeds& needs) {
  data.source.classes = needs.classes;
  data.source.class_names = needs.class_names;
  data.source.class_labels = needs.class_labels;
  data.source.targets = needs.targets;
  data.source.table = needs.table;
}

/// Few values need no threads, nor the cgroup's files, which tell how many there may be.
int reading_threads(const MemoryArray& features) {
  constexpr std::size_t kFewValues = 64 * 1024;
  return element_count(features.shape) <= kFewValues ? 1 : available_threads();
}

/// Samples of another shape are taken for the model's if they have as many features.
std::unique_ptr<strata_data> read(const strata_array& array, const std::optional<DataNeeds>& needs) {
  const MemoryArray features = memory_array(array, "features");
  MemoryFeatures read =
      memory_features(features, reading_threads(features), needs ? GivenOffsets(needs->offsets) : GivenOffsets());
  auto data = std::make_unique<strata_data>();
  data->source.train = std::move(read.data);
  data->fault = std::move(read.fault);
  data->needs = needs;
  if (needs) {
    check_needs(data->source.train, *needs);
    take_targets(*data, *needs);
  }
  share_arrays(data->source.train);
  return data;
}

/// Forgets what the rows had to learn.
void drop_targets(strata_data& data) {
  Dataset& rows = data.source.train;
  rows.labels.clear();
  rows.target_values.clear();
  rows.target_columns = 0;
  rows.target_names.clear();
  if (!data.needs) {
    data.source.classes = 0;
    data.source.class_names.clear();
    data.source.class_labels.clear();
  }
}

/// Those of arrays, whose handle this is.
strata_data& in_memory(strata_data* data) {
  strata_data& known = required(data, "data");
  if (known.from_files) {
    throw usage_error("the data are from files, which say what is to be learnt; set it for data from arrays");
  }
  return known;
}

/// What labels call the classes of other data.
std::vector<std::string> labels_of(const DataNeeds& needs) {
  return !needs.class_labels.empty()  ? needs.class_labels
         : !needs.class_names.empty() ? needs.class_names
                                      : numbered_names(needs.classes);
}

/// The row's label, which is an index of `names`, as the index of that name in `class_names`.
std::vector<std::uint32_t> labels_by_name(const ArrayLabels& labels, const std::vector<std::string>& names,
                                          const std::vector<std::string>& class_names) {
  std::vector<std::uint32_t> of_label;
  for (const std::string& number : labels.names) {
    const auto index = parse_number<std::uint32_t>(number);
    if (!index || *index >= names.size()) {
      throw data_error("{}: there is the label {}; expected an index of the {} names, below that", labels.source,
                       number, names.size());
    }
    const auto found = std::ranges::find(class_names, names[*index]);
    if (found == class_names.end()) {
      throw data_error("{}: there is the class {}; expected one of those of training", labels.source,
                       shown(names[*index]));
    }
    of_label.push_back(static_cast<std::uint32_t>(found - class_names.begin()));
  }
  std::vector<std::uint32_t> classes(labels.labels.size());
  std::ranges::transform(labels.labels, classes.begin(), [&](std::uint32_t label) { return of_label[label]; });
  return classes;
}

void check_rows(const ArrayLabels& labels, const Dataset& rows) {
  if (labels.labels.size() != rows.rows()) {
    throw data_error("{}: there are {}; expected {}, one for each row of {}", labels.source, labels.labels.size(),
                     rows.rows(), rows.source);
  }
}

void check_kind(const strata_data& data, TargetKind kind) {
  constexpr std::array kNames{"classes", "labels", "numbers"};
  if (data.needs && data.needs->targets != kind) {
    throw data_error("the rows are like others that learn {}; expected these, found {}",
                     kNames[static_cast<std::size_t>(data.needs->targets)], kNames[static_cast<std::size_t>(kind)]);
  }
}

void set_classes(strata_data& data, const MemoryArray& array, std::vector<std::string> names) {
  check_kind(data, TargetKind::classes);
  const ArrayLabels labels = memory_labels(array);
  check_rows(labels, data.rows());
  const std::vector<std::string> class_names = data.needs      ? labels_of(*data.needs)
                                               : names.empty() ? labels.names
                                                               : names;
  const bool by_index = !names.empty();
  if (!by_index && data.by_index) {
    names = class_names;
  }
  Dataset labelled;
  labelled.source = data.rows().source;
  if (names.empty()) {
    labelled.features = 1;
    labelled.pixels = AlignedVector<std::uint8_t>(data.rows().rows());
    set_labels(labelled, labels, class_names);
  } else {
    labelled.labels = labels_by_name(labels, names, class_names);
  }
  drop_targets(data);
  data.source.train.labels = std::move(labelled.labels);
  data.source.train.labels.share();
  if (!data.needs) {
    data.source.targets = TargetKind::classes;
    data.source.classes = class_names.size();
    data.source.class_names = names_needed(class_names);
    data.by_index = by_index;
  }
}

void set_targets(strata_data& data, const MemoryArray& array, TargetKind kind, std::vector<std::string> names) {
  check_kind(data, kind);
  Dataset part = data.source.train;  // which shares its arrays
  set_memory_targets(part, array, kind, !data.needs);
  if (data.needs && part.target_columns != data.needs->target_columns) {
    throw data_error("{}: there are {} columns; expected {}, as in training", array.name, part.target_columns,
                     data.needs->target_columns);
  }
  if (!names.empty() && names.size() != part.target_columns) {
    throw usage_error("names of targets: there are {}; expected {}, one for each column", names.size(),
                      part.target_columns);
  }
  drop_targets(data);
  part.labels.clear();
  part.target_names = data.needs ? data.needs->target_names : std::move(names);
  data.source.train = std::move(part);
  data.source.train.target_values.share();
  if (!data.needs) {
    data.source.targets = kind;
  }
}

TargetKind kind_of(int kind) {
  if (kind != STRATA_LABELS && kind != STRATA_NUMBERS) {
    throw usage_error("the kind of targets is {}; expected STRATA_LABELS or STRATA_NUMBERS", kind);
  }
  return kind == STRATA_LABELS ? TargetKind::labels : TargetKind::numbers;
}

/// What the options that were given say of data, and how they are read.
GivenTexts data_texts(const GivenTexts& given) {
  GivenTexts texts;
  for (const auto& [name, values] : given) {
    if (describes_data(*find_option(run_options(), name))) {
      texts.emplace(name, values);
    }
  }
  return texts;
}

std::unique_ptr<strata_data> of_files(DataSource source) {
  auto data = std::make_unique<strata_data>();
  data->source = std::move(source);
  data->from_files = true;
  for (Dataset* part : {&data->source.train, &data->source.validation, &data->source.test}) {
    share_arrays(*part);
  }
  return data;
}

std::unique_ptr<strata_data> load(const char* settings) {
  GivenTexts given = texts_of_json(run_options(), settings);
  refuse_outputs(run_options(), given);
  GivenTexts texts = data_texts(given);
  const Given checked_given = checked(run_options(), std::move(given));
  auto data = of_files(run_data(run_settings(checked_given, starting_model(checked_given))));
  data->texts = std::move(texts);
  return data;
}

std::unique_ptr<strata_data> load_for(const char* settings, const strata_model& model) {
  const Given given = checked(run_options(), texts_of_json(run_options(), settings));
  DataRequest request = data_request(given);
  request.threads = available_threads();
  auto data = of_files(load_for_model(request, data_needs(model.trained.model)));
  data->needs = data_needs(model.trained.model);
  data->model_split = model.trained.run.split;
  return data;
}

std::unique_ptr<strata_data> read_for(const strata_array& features, const ModelFile& model) {
  DataNeeds needs = data_needs(model);
  needs.sample_shape.clear();  // as many features will do
  auto data = read(features, needs);
  if (!needs.fills_missing && !data->fault.empty()) {
    throw data_error("{}", data->fault);
  }
  return data;
}

}  // namespace

}  // namespace strata::library

using namespace strata;

int strata_data_new(const strata_array* features, const strata_data* like, strata_data** data) {
  return library::done([&] {
    strata_data*& place = library::required(data, "data");
    const strata_array& array = library::required(features, "features");
    auto made = library::read(array, like != nullptr ? std::optional(library::needs_of(*like)) : std::nullopt);
    if (like != nullptr) {
      check_fit(made->source.train, like->source);
      made->by_index = like->by_index;
      made->feature_names = like->feature_names;
    }
    place = made.release();
  });
}

int strata_data_load(const char* settings, strata_data** data) {
  return library::done([&] {
    strata_data*& place = library::required(data, "data");
    place = library::load(settings).release();
  });
}

int strata_data_for_model(const strata_array* features, const strata_model* model, strata_data** data) {
  return library::done([&] {
    strata_data*& place = library::required(data, "data");
    const strata_array& array = library::required(features, "features");
    place = library::read_for(array, library::required(model, "model").trained.model).release();
  });
}

int strata_data_load_for_model(const char* settings, const strata_model* model, strata_data** data) {
  return library::done([&] {
    strata_data*& place = library::required(data, "data");
    place = library::load_for(settings, library::required(model, "model")).release();
  });
}

void strata_data_free(strata_data* data) { delete data; }

int strata_data_set_classes(strata_data* data, const strata_array* labels, const char* const* names, size_t count) {
  return library::done([&] {
    strata_data& known = library::in_memory(data);
    library::set_classes(known, library::memory_array(library::required(labels, "labels"), "labels"),
                         library::names_of(names, count, "names of classes"));
  });
}

int strata_data_set_targets(strata_data* data, int kind, const strata_array* targets, const char* const* names,
                            size_t count) {
  return library::done([&] {
    strata_data& known = library::in_memory(data);
    library::set_targets(known, library::memory_array(library::required(targets, "targets"), "targets"),
                         library::kind_of(kind), library::names_of(names, count, "names of targets"));
  });
}

int strata_data_set_row_weights(strata_data* data, const strata_array* weights) {
  return library::done([&] {
    Dataset& rows = library::in_memory(data).source.train;
    if (weights == nullptr) {
      rows.row_weights.clear();
      return;
    }
    set_memory_weights(rows, library::memory_array(*weights, "weights"));
    rows.row_weights.share();
  });
}

int strata_data_set_feature_names(strata_data* data, const char* const* names, size_t count) {
  return library::done([&] {
    strata_data& known = library::required(data, "data");
    if (known.source.table) {
      throw usage_error("the data are of a table, whose columns have names");
    }
    std::vector<std::string> all = library::names_of(names, count, "names of features");
    if (!all.empty() && all.size() != known.rows().features) {
      throw usage_error("names of features: there are {}; expected {}, one for each", all.size(),
                        known.rows().features);
    }
    known.feature_names = std::move(all);
  });
}

size_t strata_data_rows(const strata_data* data) { return data != nullptr ? data->rows().rows() : 0; }

size_t strata_data_features(const strata_data* data) { return data != nullptr ? data->rows().features : 0; }

int strata_data_info(const strata_data* data, char** json) {
  return library::done([&] {
    const strata_data& known = library::required(data, "data");
    char*& place = library::required(json, "json");
    const auto path = known.texts.find("data");
    nlohmann::ordered_json info = data_info(path != known.texts.end() ? path->second.front() : "", known.source);
    if (!known.feature_names.empty()) {
      info["feature_names"] = known.feature_names;
    }
    place = library::given_text(json_text(info));
  });
}
