#include "cli/starting_model.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "cli/trained_model.h"
#include "core/error.h"
#include "data/idx.h"
#include "model/initialize.h"

namespace strata::cli {

namespace {

/// Options that have a meaning only for what a model does not bring along.
constexpr std::array<std::string_view, 6> kOfNewOutputs{"init",      "label-column",  "ignore-columns",
                                                        "id-column", "weight-column", "category-columns"};

/// Of the data of a new output layer, that the layers below can take them.
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

}  // namespace

std::shared_ptr<const ModelFile> starting_model(const Arguments& arguments) {
  return arguments.given("from") ? std::make_shared<const ModelFile>(read_model(model_path(arguments.text("from"))))
                                 : nullptr;
}

Arguments without_overruled_start(Arguments arguments) {
  for (const std::string_view option : kOfNewOutputs) {
    if (arguments.overruled(option, {"from"}) && !arguments.given("new-output")) {
      arguments.leave_out(option);
    }
  }
  return arguments;
}

void check_start(const Arguments& arguments) {
  for (const std::string_view option : kOfNewOutputs) {
    if (arguments.given("from") && arguments.given(option) && !arguments.given("new-output")) {
      throw usage_error("--{} does not apply: --from brings that along; it is for --new-output", option);
    }
  }
}

DataSource load_for_start(DataRequest request, const TrainSettings& settings) {
  const ModelFile& model = *settings.from;
  DataSource source;
  if (settings.new_output) {
    request.missing = data_needs(model).fills_missing ? MissingValues::mean : MissingValues::error;
    source = load_data(request);
    check_features(source, model, settings.from_path.string());
  } else {
    source = load_for_model(request, data_needs(model));
  }
  if (source.train.rows() == 0) {
    throw data_error("{}: has no training rows", request.data.string());
  }
  return source;
}

Parameters starting_parameters(const TrainSettings& settings, const ModelSpec& spec) {
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

const Scaler* starting_scaler(const TrainSettings& settings) {
  return settings.from ? &settings.from->scaler : nullptr;
}

}  // namespace strata::cli
