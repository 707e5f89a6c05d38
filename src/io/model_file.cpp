#include "io/model_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/number.h"
#include "io/json_text.h"
#include "io/schema_json.h"

namespace strata {

namespace {

using kernels::ActivationKind;
using Shape = std::vector<std::size_t>;

constexpr std::string_view kFormatVersion = "1";
constexpr std::string_view kMetadataKeys[] = {"format_version", "strata_version", "activation",  "alpha", "convention",
                                              "classes",        "sample_shape",   "class_names", "table"};
constexpr std::array<std::string_view, 3> kScalerTensors{"scaler.mean", "scaler.scale", "scaler.fill"};
constexpr std::array<std::string_view, 2> kConventions{"keras", "torch"};  // by value of Convention

bool has_field(std::string_view key) { return std::ranges::find(kMetadataKeys, key) != std::end(kMetadataKeys); }

bool takes_alpha(ActivationKind kind) { return kind == ActivationKind::elu || kind == ActivationKind::leaky_relu; }

std::string_view activation_name(ActivationKind kind) {
  return std::find_if(kernels::kActivations.begin(), kernels::kActivations.end(),
                      [kind](const auto& entry) { return entry.kind == kind; })
      ->name;
}

std::string layer_prefix(std::size_t layer) { return fmt::format("layers.{}.", layer); }

std::string shape_text(const Shape& shape) { return fmt::format("({})", fmt::join(shape, ", ")); }

/// A file that was read, with the messages about it.
class Source {
 public:
  explicit Source(const std::filesystem::path& path) : Source(path.string(), read_safetensors(path)) {}
  Source(std::string name, SafetensorsFile file) : name_(std::move(name)), file_(std::move(file)) {}

  const std::map<std::string, Tensor>& tensors() const { return file_.tensors; }
  const std::map<std::string, std::string>& metadata() const { return file_.metadata; }
  const std::string& name() const { return name_; }

  const Tensor& tensor(const std::string& tensor_name) const {
    const auto found = file_.tensors.find(tensor_name);
    if (found == file_.tensors.end()) {
      throw data_error("{}: tensor {} is missing", name_, quoted_name(tensor_name));
    }
    return found->second;
  }

  /// The values of a tensor of that shape. `needs` says who needs it.
  std::span<const float> values(const std::string& tensor_name, const Shape& shape, std::string_view needs) const {
    const Tensor& found = tensor(tensor_name);
    if (found.shape != shape) {
      throw data_error("{}: tensor {} has shape {}; {} {}", name_, quoted_name(tensor_name), shape_text(found.shape),
                       needs, shape_text(shape));
    }
    return found.values;
  }

  const std::string& text(const std::string& key) const {
    const auto found = file_.metadata.find(key);
    if (found == file_.metadata.end()) {
      throw data_error("{}: metadata {} is missing; is this a model that Strata saved?", name_, quoted_name(key));
    }
    return found->second;
  }

  [[noreturn]] void reject_text(const std::string& key, std::string_view expected) const {
    throw data_error("{}: metadata {} is {}; expected {}", name_, quoted_name(key), quoted_name(text(key)), expected);
  }

 private:
  std::string name_;
  SafetensorsFile file_;
};

Activation read_activation(const Source& source) {
  const std::string& name = source.text("activation");
  const auto known = std::find_if(kernels::kActivations.begin(), kernels::kActivations.end(),
                                  [&name](const auto& entry) { return entry.name == name; });
  if (known == kernels::kActivations.end()) {
    std::vector<std::string_view> names;
    names.reserve(kernels::kActivations.size());
    for (const auto& entry : kernels::kActivations) {
      names.push_back(entry.name);
    }
    source.reject_text("activation", fmt::format("one of {}", fmt::join(names, ", ")));
  }
  Activation activation{known->kind, 0};
  if (takes_alpha(known->kind)) {
    const auto alpha = parse_number<float>(source.text("alpha"));
    if (!alpha || !std::isfinite(*alpha) || *alpha < 0) {
      source.reject_text("alpha", "a number that is not negative");
    }
    activation.alpha = *alpha;
  } else if (source.metadata().contains("alpha")) {
    source.reject_text("alpha", fmt::format("none, as {} takes no alpha", name));
  }
  return activation;
}

Convention read_convention(const Source& source) {
  const auto found = std::find(kConventions.begin(), kConventions.end(), source.text("convention"));
  if (found == kConventions.end()) {
    source.reject_text("convention", fmt::format("one of {}", fmt::join(kConventions, ", ")));
  }
  return static_cast<Convention>(found - kConventions.begin());
}

Shape read_sample_shape(const Source& source, std::size_t inputs) {
  if (!source.metadata().contains("sample_shape")) {
    return {};
  }
  std::string_view rest = source.text("sample_shape");
  Shape shape;
  std::size_t left = inputs;  // divided by each dimension, so that no product can overflow
  for (bool more = true; more;) {
    const std::size_t comma = rest.find(',');
    const auto dimension = parse_number<std::size_t>(rest.substr(0, comma));
    if (!dimension || *dimension == 0 || left % *dimension != 0) {
      source.reject_text("sample_shape", fmt::format("whole numbers whose product is {}", inputs));
    }
    shape.push_back(*dimension);
    left /= *dimension;
    more = comma != std::string_view::npos;
    rest.remove_prefix(more ? comma + 1 : rest.size());
  }
  if (left != 1) {
    source.reject_text("sample_shape", fmt::format("whole numbers whose product is {}", inputs));
  }
  return shape;
}

Scaler read_scaler(const Source& source, std::size_t inputs) {
  const auto values = [&](const std::string& name) {
    const auto span = source.values(name, {inputs}, "the first layer needs");
    return std::vector<float>(span.begin(), span.end());
  };
  Scaler scaler{values("scaler.mean"), values("scaler.scale")};
  if (source.tensors().contains("scaler.fill")) {
    scaler.fill = values("scaler.fill");
  }
  const auto bad = std::find_if_not(scaler.scale.begin(), scaler.scale.end(), [](float x) { return std::isnormal(x); });
  if (bad != scaler.scale.end()) {
    throw data_error("{}: tensor \"scaler.scale\" holds {} at element {}; features are divided by it", source.name(),
                     *bad, bad - scaler.scale.begin());
  }
  return scaler;
}

std::vector<std::string> read_class_names(const Source& source, std::size_t classes) {
  if (!source.metadata().contains("class_names")) {
    return {};
  }
  auto names = parse_class_names(source.text("class_names"));
  if (!names || names->size() != classes) {
    source.reject_text("class_names", fmt::format("a JSON array of {} different names", classes));
  }
  return std::move(*names);
}

std::optional<TableSchema> read_table(const Source& source, std::size_t inputs) {
  if (!source.metadata().contains("table")) {
    return std::nullopt;
  }
  auto schema = parse_schema(source.text("table"));
  if (!schema || schema->width() != inputs) {
    source.reject_text("table", fmt::format("the columns of {} features, as Strata writes them", inputs));
  }
  source.text("class_names");  // without which no label can be read
  return schema;
}

/// Sizes from the input to the classes, from the shapes of layers 0, 1, … as far as they go.
Shape read_layer_sizes(const Source& source) {
  Shape sizes;
  for (std::size_t layer = 0;; ++layer) {
    const std::string name = layer_prefix(layer) + "weight";
    if (layer > 0 && !source.tensors().contains(name)) {
      return sizes;
    }
    const Shape& shape = source.tensor(name).shape;
    if (shape.size() != 2 || shape[0] == 0 || shape[1] == 0) {
      throw data_error("{}: tensor {} has shape {}; expected (outputs, inputs), at least 1 each", source.name(),
                       quoted_name(name), shape_text(shape));
    }
    if (layer == 0) {
      sizes.push_back(shape[1]);
    } else if (shape[1] != sizes.back()) {
      throw data_error("{}: tensor {} has shape {}; expected ({}, {}), as layer {} has {} outputs", source.name(),
                       quoted_name(name), shape_text(shape), shape[0], sizes.back(), layer - 1, sizes.back());
    }
    sizes.push_back(shape[0]);
  }
}

void reject_strangers(const Source& source, std::size_t layer_count) {
  std::set<std::string, std::less<>> known{kScalerTensors.begin(), kScalerTensors.end()};
  for (std::size_t layer = 0; layer < layer_count; ++layer) {
    known.insert(layer_prefix(layer) + "weight");
    known.insert(layer_prefix(layer) + "bias");
  }
  for (const auto& [name, tensor] : source.tensors()) {
    if (!known.contains(name)) {
      throw data_error("{}: unexpected tensor {}; expected layers.0 to layers.{} without a gap and the scaler, no more",
                       source.name(), quoted_name(name), layer_count - 1);
    }
  }
}

/// Copies one layer's tensors, `prefix`weight and `prefix`bias, into `parameters`.
void read_layer(const Source& source, const std::string& prefix, std::size_t layer, std::string_view needs,
                Parameters& parameters) {
  const MatrixView<float> weight = parameters.weight(layer);
  const auto from = source.values(prefix + "weight", {weight.rows(), weight.columns()}, needs);
  for (std::size_t row = 0; row < weight.rows(); ++row) {
    std::copy_n(from.data() + row * weight.columns(), weight.columns(), weight.row(row));
  }
  const auto bias = source.values(prefix + "bias", {weight.rows()}, needs);
  std::copy(bias.begin(), bias.end(), parameters.bias(layer).begin());
}

/// The K of `prefix`K.weight or `prefix`K.bias.
std::optional<std::size_t> layer_number(std::string_view name, std::string_view prefix) {
  const std::size_t dot = name.rfind('.');
  if (!name.starts_with(prefix) || dot == std::string_view::npos || dot < prefix.size() ||
      (name.substr(dot) != ".weight" && name.substr(dot) != ".bias")) {
    return std::nullopt;
  }
  const std::string_view digits = name.substr(prefix.size(), dot - prefix.size());
  if (digits.size() > 1 && digits.front() == '0') {
    return std::nullopt;  // 01 beside 1 would be two names of one layer
  }
  return parse_number<std::size_t>(digits);
}

ModelFile model_of(const Source& source) {
  if (source.text("format_version") != kFormatVersion) {
    source.reject_text("format_version",
                       fmt::format("{}: this Strata ({}) reads no other", kFormatVersion, STRATA_VERSION));
  }
  const Shape sizes = read_layer_sizes(source);
  ModelSpec spec{sizes.front(), {sizes.begin() + 1, sizes.end() - 1}, sizes.back(), read_activation(source)};
  reject_strangers(source, spec.layer_count());
  if (parse_number<std::size_t>(source.text("classes")) != spec.classes) {
    source.reject_text("classes", fmt::format("{}, the outputs of the last layer", spec.classes));
  }
  Parameters parameters(spec.layers());
  for (std::size_t layer = 0; layer < spec.layer_count(); ++layer) {
    read_layer(source, layer_prefix(layer), layer, "its weight needs", parameters);
  }
  ModelFile model{spec,
                  read_convention(source),
                  std::move(parameters),
                  read_scaler(source, spec.inputs),
                  read_sample_shape(source, spec.inputs),
                  {},
                  read_class_names(source, spec.classes),
                  read_table(source, spec.inputs)};
  std::copy_if(source.metadata().begin(), source.metadata().end(), std::inserter(model.notes, model.notes.end()),
               [](const auto& entry) { return !has_field(entry.first); });
  return model;
}

}  // namespace

std::map<std::string, std::string> model_metadata(const ModelFile& model) {
  const Activation& activation = model.spec.activation;
  std::map<std::string, std::string> metadata{
      {"format_version", std::string(kFormatVersion)},
      {"strata_version", STRATA_VERSION},
      {"activation", std::string(activation_name(activation.kind))},
      {"convention", std::string(kConventions[static_cast<std::size_t>(model.convention)])},
      {"classes", fmt::format("{}", model.spec.classes)},
  };
  if (takes_alpha(activation.kind)) {
    metadata["alpha"] = fmt::format("{}", activation.alpha);
  }
  if (!model.sample_shape.empty()) {
    metadata["sample_shape"] = fmt::format("{}", fmt::join(model.sample_shape, ","));
  }
  if (!model.class_names.empty()) {
    metadata["class_names"] = class_names_json(model.class_names);
  }
  if (model.table) {
    metadata["table"] = schema_json(*model.table);
  }
  for (const auto& [key, value] : model.notes) {
    if (!has_field(key)) {
      metadata[key] = value;
    }
  }
  return metadata;
}

std::vector<NamedTensor> model_tensors(const ModelFile& model) {
  assert(model.parameters.layers().size() == model.spec.layer_count());
  const std::size_t inputs = model.spec.inputs;
  std::vector<NamedTensor> tensors;
  for (std::size_t layer = 0; layer < model.spec.layer_count(); ++layer) {
    const MatrixView<const float> weight = model.parameters.weight(layer);
    assert(weight.stride() == weight.columns());
    const std::size_t size = weight.rows() * weight.columns();
    tensors.push_back({layer_prefix(layer) + "weight", {weight.rows(), weight.columns()}, {weight.data(), size}});
    tensors.push_back({layer_prefix(layer) + "bias", {weight.rows()}, model.parameters.bias(layer)});
  }
  tensors.push_back({"scaler.mean", {inputs}, model.scaler.mean});
  tensors.push_back({"scaler.scale", {inputs}, model.scaler.scale});
  if (!model.scaler.fill.empty()) {
    tensors.push_back({"scaler.fill", {inputs}, model.scaler.fill});
  }
  return tensors;
}

void write_model(const std::filesystem::path& path, const ModelFile& model) {
  write_safetensors(path, model_tensors(model), model_metadata(model));
}

ModelFile read_model(const std::filesystem::path& path) { return model_of(Source(path)); }

ModelFile parse_model(std::string_view content, const std::string& name) {
  return model_of({name, parse_safetensors(content, name)});
}

DataNeeds data_needs(const ModelFile& model) {
  return {.features = model.spec.inputs,
          .classes = model.spec.classes,
          .sample_shape = model.sample_shape,
          .class_names = model.class_names,
          .table = model.table,
          .fills_missing = !model.scaler.fill.empty()};
}

Parameters read_initial_weights(const std::filesystem::path& path, const ModelSpec& spec) {
  const Source source(path);
  const bool strata_names = std::any_of(source.tensors().begin(), source.tensors().end(),
                                        [](const auto& entry) { return entry.first.starts_with("layers."); });
  const std::string prefix = strata_names ? "layers." : "";
  std::set<std::size_t> numbers;
  for (const auto& [name, tensor] : source.tensors()) {
    if (const auto number = layer_number(name, prefix)) {
      numbers.insert(*number);
    } else if (std::find(kScalerTensors.begin(), kScalerTensors.end(), name) == kScalerTensors.end()) {
      throw data_error("{}: unexpected tensor {}; expected {}K.weight and {}K.bias for each layer", source.name(),
                       quoted_name(name), prefix, prefix);
    }
  }
  if (numbers.size() != spec.layer_count()) {
    throw data_error("{}: it has {} layers; this network has {}", source.name(), numbers.size(), spec.layer_count());
  }
  Parameters parameters(spec.layers());
  std::size_t layer = 0;
  for (const std::size_t number : numbers) {
    read_layer(source, fmt::format("{}{}.", prefix, number), layer, "this network needs", parameters);
    ++layer;
  }
  return parameters;
}

}  // namespace strata
