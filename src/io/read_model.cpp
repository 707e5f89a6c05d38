// A model file read, and the weights of other files as initial ones.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/number.h"
#include "io/json_text.h"
#include "io/model_file.h"
#include "io/model_format.h"
#include "io/schema_json.h"

namespace strata {

namespace {

using Shape = std::vector<std::size_t>;

constexpr std::array<std::string_view, 6> kScalerTensors{"scaler.mean",   "scaler.scale", "scaler.fill",
                                                         "scaler.offset", "target.mean",  "target.scale"};

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

  /// A tensor of that shape. `needs` says who needs it.
  const Tensor& tensor(const std::string& tensor_name, const Shape& shape, std::string_view needs) const {
    const Tensor& found = tensor(tensor_name);
    if (found.shape != shape) {
      throw data_error("{}: tensor {} has shape {}; {} {}", name_, quoted_name(tensor_name), shape_text(found.shape),
                       needs, shape_text(shape));
    }
    return found;
  }

  /// The same, stored as that type.
  const Tensor& tensor(const std::string& tensor_name, const Shape& shape, std::string_view needs,
                       TensorType type) const {
    const Tensor& found = tensor(tensor_name, shape, needs);
    if (found.type != type) {
      throw data_error("{}: tensor {} has dtype {}; expected {}, as Strata writes it", name_, quoted_name(tensor_name),
                       quoted_name(type_name(found.type)), type_name(type));
    }
    return found;
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
  if (known->takes_alpha) {
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
  const auto found = std::find(kConventionNames.begin(), kConventionNames.end(), source.text("convention"));
  if (found == kConventionNames.end()) {
    source.reject_text("convention", fmt::format("one of {}", fmt::join(kConventionNames, ", ")));
  }
  return static_cast<Convention>(found - kConventionNames.begin());
}

ImageForm read_image_form(const Source& source) {
  ImageForm form;
  if (source.metadata().contains("images")) {
    form.rule = ImageRule::convert;
    if (source.text("images") != "convert") {
      source.reject_text("images", "convert");
    }
  }
  if (source.metadata().contains("resize")) {
    form.resize = image_size_of(source.text("resize"));
    if (!form.resize) {
      source.reject_text("resize", "a width and a height, such as 28x28");
    }
  }
  if (source.metadata().contains("gray")) {
    form.gray = true;
    if (source.text("gray") != "true") {
      source.reject_text("gray", "true");
    }
  }
  return form;
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

void check_scale(const Source& source, std::string_view tensor, const std::vector<float>& scale,
                 std::string_view divided) {
  const auto bad = std::find_if_not(scale.begin(), scale.end(), [](float x) { return std::isnormal(x); });
  if (bad != scale.end()) {
    throw data_error("{}: tensor \"{}\" holds {} at element {}; {} are divided by it", source.name(), tensor, *bad,
                     bad - scale.begin(), divided);
  }
}

Scaler read_scaler(const Source& source, std::size_t inputs) {
  const auto values = [&](const std::string& name) {
    return source.tensor(name, {inputs}, "the first layer needs", TensorType::f32).values;
  };
  Scaler scaler{values("scaler.mean"), values("scaler.scale")};
  if (source.tensors().contains("scaler.fill")) {
    scaler.fill = values("scaler.fill");
  }
  if (source.tensors().contains("scaler.offset")) {
    scaler.offset = source.tensor("scaler.offset", {inputs}, "the first layer needs", TensorType::f64).doubles;
  }
  check_scale(source, "scaler.scale", scaler.scale, "features");
  return scaler;
}

TargetScaler read_target_scaler(const Source& source, std::size_t targets) {
  if (!source.tensors().contains("target.mean") && !source.tensors().contains("target.scale")) {
    return {};
  }
  const auto values = [&](const std::string& name) {
    return source.tensor(name, {targets}, "its numbers need", TensorType::f32).values;
  };
  TargetScaler scaler{values("target.mean"), values("target.scale")};
  check_scale(source, "target.scale", scaler.scale, "targets");
  return scaler;
}

TargetKind read_targets(const Source& source) {
  if (!source.metadata().contains("targets")) {
    return TargetKind::classes;
  }
  const auto found = std::ranges::find(kTargetKinds, source.text("targets"));
  if (found == kTargetKinds.end()) {
    source.reject_text("targets", fmt::format("one of {}", fmt::join(kTargetKinds, ", ")));
  }
  return static_cast<TargetKind>(found - kTargetKinds.begin());
}

Objective read_objective(const Source& source, TargetKind targets, std::size_t outputs) {
  if (!source.metadata().contains("loss")) {
    return {};
  }
  try {
    Objective objective = parse_objective(source.text("loss"), "loss");
    if (output_count(objective, target_shape(objective, targets, outputs)) == outputs) {
      return objective;
    }
  } catch (const Error&) {  // said below, with the file's name
  }
  source.reject_text("loss",
                     fmt::format("a loss of {} with {} outputs, as this version writes it", name_of(targets), outputs));
}

double read_threshold(const Source& source) {
  if (!source.metadata().contains("threshold")) {
    return Task().threshold;
  }
  const auto threshold = parse_number<double>(source.text("threshold"));
  if (!threshold || !(*threshold >= 0 && *threshold < 1)) {
    source.reject_text("threshold", "a number from 0 to below 1");
  }
  return *threshold;
}

/// `count` names, or none.
std::vector<std::string> read_names(const Source& source, const std::string& key, std::size_t count) {
  if (!source.metadata().contains(key)) {
    return {};
  }
  auto names = parse_class_names(source.text(key));
  if (!names || names->size() != count) {
    source.reject_text(key, fmt::format("a JSON array of {} different names", count));
  }
  return std::move(*names);
}

std::optional<TableSchema> read_table(const Source& source, std::size_t inputs, TargetKind targets) {
  if (!source.metadata().contains("table")) {
    return std::nullopt;
  }
  auto schema = parse_schema(source.text("table"));
  if (!schema || schema->width() != inputs) {
    source.reject_text("table", fmt::format("the columns of {} features, as Strata writes them", inputs));
  }
  if (targets == TargetKind::classes) {
    source.text("class_names");  // without which no label can be read
  }
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

/// Copies one layer's tensors, `prefix`weight and `prefix`bias, into `parameters`. `values` gives a tensor's values by
/// its name and shape.
template <class Values>
void read_layer(const std::string& prefix, std::size_t layer, Parameters& parameters, const Values& values) {
  const MatrixView<float> weight = parameters.weight(layer);
  const std::vector<float> from = values(prefix + "weight", Shape{weight.rows(), weight.columns()});
  for (std::size_t row = 0; row < weight.rows(); ++row) {
    std::copy_n(from.data() + row * weight.columns(), weight.columns(), weight.row(row));
  }
  std::ranges::copy(values(prefix + "bias", Shape{weight.rows()}), parameters.bias(layer).begin());
}

/// The numbers of a tensor of any type, rounded to fp32.
std::vector<float> rounded_values(const Source& source, const std::string& name, const Shape& shape) {
  const Tensor& tensor = source.tensor(name, shape, "this network needs");
  if (tensor.type != TensorType::f64) {
    return tensor.values;
  }
  std::vector<float> values(tensor.doubles.size());
  std::ranges::transform(tensor.doubles, values.begin(), [](double x) { return static_cast<float>(x); });
  if (const auto large = std::ranges::find_if_not(values, [](float x) { return std::isfinite(x); });
      large != values.end()) {
    throw data_error("{}: tensor {} holds {} at element {}; expected numbers that fp32 can hold", source.name(),
                     quoted_name(name), tensor.doubles[static_cast<std::size_t>(large - values.begin())],
                     large - values.begin());
  }
  return values;
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
  const TargetKind targets = read_targets(source);
  const bool has_objective = source.metadata().contains("loss");
  if (source.text("format_version") != (has_objective ? kObjectiveModelVersion : kModelVersion)) {
    source.reject_text("format_version",
                       fmt::format("{}: this Strata ({}) reads no other",
                                   has_objective ? kObjectiveModelVersion : kModelVersion, STRATA_VERSION));
  }
  const Shape sizes = read_layer_sizes(source);
  ModelSpec spec{sizes.front(), {sizes.begin() + 1, sizes.end() - 1}, sizes.back(), read_activation(source)};
  reject_strangers(source, spec.layer_count());
  Task task{.objective = read_objective(source, targets, spec.outputs)};
  const TargetShape learnt = target_shape(task.objective, targets, spec.outputs);
  if (targets == TargetKind::classes && parse_number<std::size_t>(source.text("classes")) != learnt.count) {
    source.reject_text("classes", fmt::format("{}, the outputs of the last layer", learnt.count));
  }
  task.scaler = read_target_scaler(source, learnt.count);
  task.threshold = read_threshold(source);
  Parameters parameters(spec.layers());
  for (std::size_t layer = 0; layer < spec.layer_count(); ++layer) {
    read_layer(layer_prefix(layer), layer, parameters, [&](const std::string& name, const Shape& shape) {
      return source.tensor(name, shape, "its weight needs", TensorType::f32).values;
    });
  }
  ModelFile model{
      spec,
      read_convention(source),
      std::move(task),
      std::move(parameters),
      read_scaler(source, spec.inputs),
      read_sample_shape(source, spec.inputs),
      {},
      targets == TargetKind::classes ? read_names(source, "class_names", learnt.count) : std::vector<std::string>(),
      read_table(source, spec.inputs, targets),
      targets,
      targets == TargetKind::classes ? std::vector<std::string>() : read_names(source, "target_names", learnt.count),
      targets == TargetKind::classes ? read_names(source, "class_labels", learnt.count) : std::vector<std::string>(),
      read_image_form(source)};
  std::copy_if(source.metadata().begin(), source.metadata().end(), std::inserter(model.notes, model.notes.end()),
               [](const auto& entry) { return !has_field(entry.first); });
  return model;
}

}  // namespace

ModelFile read_model(const std::filesystem::path& path) { return model_of(Source(path)); }

ModelFile parse_model(std::string_view content, const std::string& name) {
  return model_of({name, parse_safetensors(content, name)});
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
      throw data_error("{}: unexpected tensor {}; expected {}K.weight and {}K.bias for each layer{}", source.name(),
                       quoted_name(name), prefix, prefix,
                       name.ends_with(".running_mean") || name.ends_with(".running_var")
                           ? "; it is batch normalisation's, which no layer here does: fold it into the layer before"
                           : "");
    }
  }
  if (numbers.size() != spec.layer_count()) {
    throw data_error("{}: it has {} layers; this network has {}", source.name(), numbers.size(), spec.layer_count());
  }
  Parameters parameters(spec.layers());
  std::size_t layer = 0;
  for (const std::size_t number : numbers) {
    read_layer(fmt::format("{}{}.", prefix, number), layer, parameters,
               [&](const std::string& name, const Shape& shape) { return rounded_values(source, name, shape); });
    ++layer;
  }
  return parameters;
}

}  // namespace strata
