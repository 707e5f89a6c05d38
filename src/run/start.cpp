#include "run/start.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "core/error.h"
#include "data/formats/idx.h"
#include "model/initialize.h"
#include "objective/objective.h"
#include "run/trained_model.h"
#include "train/run_setup.h"

namespace strata {

namespace {

/// github.com/zalandoresearch/fashion-mnist, "Labels".
constexpr std::array<std::string_view, 10> kFashionClasses{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                                           "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};

/// A new output for numbers learns those of the model, unless the options name others.
void take_targets(DataRequest& request, const RunSettings& settings) {
  const TableSchema* table = settings.from->table ? &*settings.from->table : nullptr;
  ColumnRoles& roles = request.roles;
  const bool named = !roles.label.empty() || !roles.labels.empty() || !roles.label_separator.empty();
  const std::optional<Objective>& loss = settings.config.loss;
  if (table != nullptr && loss && entry_of(loss->kind).takes.front() == TargetKind::numbers && roles.targets.empty() &&
      !named) {
    roles.targets = table->targets;
  }
}

/// Of a run that goes on from a model.
DataSource load_for_start(DataRequest request, const RunSettings& settings) {
  const ModelFile& model = *settings.from;
  DataSource source;
  if (settings.new_output) {
    request.missing = model.scaler.missing();
    if (model.table) {
      const LabelType new_labels = request.dialect.labels;
      request.dialect = dialect_for_model(model.table->dialect, request.dialect);
      request.dialect.labels = new_labels;
    }
    request.images = model.images;
    take_targets(request, settings);
    source = load_training_data(request);
    check_features(source, model, settings.from_path.value().string());
  } else {
    source = load_for_model(request, data_needs(model));
  }
  if (source.train.rows() == 0) {
    throw data_error("{}: has no training rows", request.data.string());
  }
  return source;
}

/// The model's weights for the network `spec`; with a new output layer that as a new network has it.
Parameters starting_parameters(const RunSettings& settings, const ModelSpec& spec) {
  const Parameters& trained = settings.from->parameters;
  if (!settings.new_output) {
    return trained;
  }
  Parameters parameters(spec.layers());
  initialize(parameters, settings.config.init, settings.config.convention, settings.config.seed);
  const std::size_t kept = trained.values().size() - trained.layers().back().parameters();
  std::copy_n(trained.values().begin(), kept, parameters.values().begin());
  return parameters;
}

}  // namespace

void check_features(const DataSource& source, const ModelFile& model, const std::string& name) {
  const Dataset& train = source.train;
  if (train.features != model.spec.inputs) {
    throw data_error("{}: has {} features; {} takes {}; give data of the model's kind", train.source, train.features,
                     name, model.spec.inputs);
  }
  if (!model.sample_shape.empty() && train.sample_shape != model.sample_shape) {
    throw data_error("{}: has samples of {}; {} was trained on {}; give data of the model's kind", train.source,
                     shape_text(train.sample_shape), name, shape_text(model.sample_shape));
  }
  if (source.table.has_value() != model.table.has_value() ||
      (source.table && source.table->features != model.table->features)) {
    throw data_error("{}: its columns, or their order or categories, are not those of {}; give a table of the same",
                     train.source, name);
  }
}

std::shared_ptr<const ModelFile> starting_model(const Given& given) {
  return given.given("from") ? std::make_shared<const ModelFile>(read_model(model_path(given.text("from")))) : nullptr;
}

DataSource load_training_data(const DataRequest& request) {
  DataSource source = load_data(request);
  std::error_code none;
  if (source.class_names.empty() && source.classes == kFashionClasses.size() &&
      std::filesystem::equivalent(request.data, STRATA_DATASETS_DIR "/fashion-mnist", none)) {
    source.class_names.assign(kFashionClasses.begin(), kFashionClasses.end());
    for (std::size_t label = 0; label < source.classes; ++label) {
      source.class_labels.push_back(std::to_string(label));
    }
  }
  return source;
}

DataSource run_data(const RunSettings& settings) {
  std::error_code ignored;
  if (!settings.data_given && !std::filesystem::exists(settings.request.data, ignored)) {
    throw data_error("{}: not found; install the Debian package dataset-fashion-mnist, or give ‹data› PATH",
                     settings.request.data.string());
  }
  DataRequest request = settings.request;
  request.threads = settings.config.threads;
  if (settings.config.loss) {
    request.takes = entry_of(settings.config.loss->kind).takes;
  }
  return settings.from ? load_for_start(request, settings) : load_training_data(request);
}

Trainer make_trainer(const RunSettings& settings, const DataSource& source) {
  if (settings.from) {
    const Parameters initial = starting_parameters(settings, model_for(settings.config, source));
    return {settings.config, source, &initial, starting_scaler(settings), starting_target_scaler(settings)};
  }
  if (!settings.initial_weights) {
    return {settings.config, source};
  }
  const Parameters initial = read_initial_weights(*settings.initial_weights, model_for(settings.config, source));
  return {settings.config, source, &initial};
}

const TargetScaler* starting_target_scaler(const RunSettings& settings) {
  return settings.from && !settings.new_output ? &settings.from->task.scaler : nullptr;
}

const Scaler* starting_scaler(const RunSettings& settings) { return settings.from ? &settings.from->scaler : nullptr; }

}  // namespace strata
