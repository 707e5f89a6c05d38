#include "cli/starting_model.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/trained_model.h"
#include "core/error.h"
#include "data/idx.h"
#include "io/json_text.h"
#include "model/initialize.h"

namespace strata::cli {

namespace {

/// The model's index of each class that the data name.
std::vector<std::uint32_t> model_classes(const DataSource& source, const ModelFile& model, const std::string& name) {
  std::vector<std::uint32_t> indices;
  for (const std::string& class_name : source.class_names) {
    const auto found = std::ranges::find(model.class_names, class_name);
    if (found == model.class_names.end()) {
      throw data_error("{}: has a class {}, which {} does not know; give --new-output to learn others",
                       source.train.source, quoted_name(class_name), name);
    }
    indices.push_back(static_cast<std::uint32_t>(found - model.class_names.begin()));
  }
  return indices;
}

void check_features(const Dataset& train, const ModelFile& model, const std::string& name) {
  if (train.features != model.spec.inputs) {
    throw data_error("{}: has {} features; {} takes {}; give data of the model's kind", train.source, train.features,
                     name, model.spec.inputs);
  }
  if (!model.sample_shape.empty() && !train.sample_shape.empty() && train.sample_shape != model.sample_shape) {
    throw data_error("{}: has samples of {}; {} was trained on {}; give data of the model's kind", train.source,
                     shape_text(train.sample_shape), name, shape_text(model.sample_shape));
  }
}

/// Classes that have names are those of the same names, others those of the same numbers.
void take_classes(DataSource& source, const ModelFile& model, const std::string& name) {
  if (source.classes > model.spec.classes) {
    throw data_error("{}: has {} classes; {} knows {}; give --new-output to learn others", source.train.source,
                     source.classes, name, model.spec.classes);
  }
  if (!source.class_names.empty()) {
    const std::vector<std::uint32_t> indices = model_classes(source, model, name);
    for (Dataset* part : {&source.train, &source.validation, &source.test}) {
      std::ranges::for_each(part->labels, [&](std::uint32_t& label) { label = indices[label]; });
    }
  }
  source.classes = model.spec.classes;
  source.class_names = model.class_names;
}

}  // namespace

std::shared_ptr<const ModelFile> starting_model(const Arguments& arguments) {
  return arguments.given("from") ? std::make_shared<const ModelFile>(read_model(model_path(arguments.text("from"))))
                                 : nullptr;
}

void fit_to_model(DataSource& source, const TrainSettings& settings) {
  const std::string name = settings.from_path.string();
  check_features(source.train, *settings.from, name);
  if (!settings.new_output) {
    take_classes(source, *settings.from, name);
  }
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
