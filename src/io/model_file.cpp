#include "io/model_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <span>

#include "io/model_format.h"
#include "io/schema_json.h"

namespace strata {

namespace {

constexpr std::string_view kMetadataKeys[] = {
    "format_version", "strata_version", "activation",   "alpha",  "convention", "classes",
    "sample_shape",   "class_names",    "class_labels", "table",  "loss",       "targets",
    "target_names",   "threshold",      "images",       "resize", "gray"};

void add_image_form(std::map<std::string, std::string>& metadata, const ImageForm& form) {
  if (form.rule == ImageRule::convert) {
    metadata["images"] = "convert";
  }
  if (form.resize) {
    metadata["resize"] = to_string(*form.resize);
  }
  if (form.gray) {
    metadata["gray"] = "true";
  }
}

void add_task(std::map<std::string, std::string>& metadata, const ModelFile& model) {
  metadata["format_version"] = std::string(kObjectiveModelVersion);
  metadata["loss"] = to_string(model.task.objective);
  metadata["targets"] = std::string(name_of(model.targets));
  if (!model.target_names.empty()) {
    metadata["target_names"] = class_names_json(model.target_names);
  }
  if (model.task.threshold != Task().threshold) {
    metadata["threshold"] = fmt::format("{}", model.task.threshold);
  }
}

}  // namespace

bool has_field(std::string_view key) { return std::ranges::find(kMetadataKeys, key) != std::end(kMetadataKeys); }

std::string layer_prefix(std::size_t layer) { return fmt::format("layers.{}.", layer); }

TargetShape target_shape(const Objective& objective, TargetKind targets, std::size_t outputs) {
  if (targets == TargetKind::classes && objective.kind == ObjectiveKind::binary_cross_entropy) {
    return {targets, 2};
  }
  return {targets, shares_target(objective) ? 1 : outputs};
}

TargetShape target_shape(const ModelFile& model) {
  return target_shape(model.task.objective, model.targets, model.spec.outputs);
}

std::map<std::string, std::string> model_metadata(const ModelFile& model) {
  const Activation& activation = model.spec.activation;
  std::map<std::string, std::string> metadata{
      {"format_version", std::string(kModelVersion)},
      {"strata_version", STRATA_VERSION},
      {"activation", std::string(entry_of(activation.kind).name)},
      {"convention", std::string(kConventionNames[static_cast<std::size_t>(model.convention)])},
  };
  if (model.targets == TargetKind::classes) {
    metadata["classes"] = fmt::format("{}", target_shape(model).count);
  }
  if (model.task.objective != Objective()) {
    add_task(metadata, model);
  }
  if (entry_of(activation.kind).takes_alpha) {
    metadata["alpha"] = fmt::format("{}", activation.alpha);
  }
  if (!model.sample_shape.empty()) {
    metadata["sample_shape"] = fmt::format("{}", fmt::join(model.sample_shape, ","));
  }
  if (!model.class_names.empty()) {
    metadata["class_names"] = class_names_json(model.class_names);
  }
  if (!model.class_labels.empty()) {
    metadata["class_labels"] = class_names_json(model.class_labels);
  }
  if (model.table) {
    metadata["table"] = schema_json(*model.table);
  }
  add_image_form(metadata, model.images);
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
  if (!model.scaler.offset.empty()) {
    tensors.push_back({"scaler.offset", {inputs}, {}, model.scaler.offset});
  }
  if (const TargetScaler& targets = model.task.scaler; !targets.empty()) {
    tensors.push_back({"target.mean", {targets.mean.size()}, targets.mean});
    tensors.push_back({"target.scale", {targets.scale.size()}, targets.scale});
  }
  return tensors;
}

void write_model(const std::filesystem::path& path, const ModelFile& model) {
  write_safetensors(path, model_tensors(model), model_metadata(model));
}

std::string model_bytes(const ModelFile& model) {
  const std::vector<NamedTensor> tensors = model_tensors(model);
  std::string content = safetensors_start(tensors, model_metadata(model), "the model");
  for (const NamedTensor& tensor : tensors) {
    const std::span<const std::byte> bytes = tensor.bytes();
    content.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  return content;
}

std::vector<std::string> output_names(const ModelFile& model) {
  const bool one_of_two =
      model.targets == TargetKind::classes && model.task.objective.kind == ObjectiveKind::binary_cross_entropy;
  const std::vector<std::string>& given = model.targets == TargetKind::classes ? model.class_names : model.target_names;
  const bool several = shares_target(model.task.objective);
  std::vector<std::string> names;
  for (std::size_t output = 0; output < (one_of_two ? 2 : model.spec.outputs); ++output) {
    const std::size_t place = several ? 0 : output;
    const bool lone = model.targets == TargetKind::numbers && (several || model.spec.outputs == 1);
    names.push_back(!given.empty() ? given[place] : lone ? "value" : fmt::format("{}", place));
    if (several) {
      names.back() += fmt::format("_q{}", model.task.objective.quantiles[output]);
    }
  }
  return names;
}

DataNeeds data_needs(const ModelFile& model) {
  return {.features = model.spec.inputs,
          .classes = model.targets == TargetKind::classes ? target_shape(model).count : 0,
          .sample_shape = model.sample_shape,
          .class_names = model.class_names,
          .class_labels = model.class_labels,
          .targets = model.targets,
          .target_columns = model.targets == TargetKind::classes ? 0 : target_shape(model).count,
          .target_names = model.target_names,
          .table = model.table,
          .fills_missing = !model.scaler.fill.empty(),
          .offsets = model.scaler.offset,
          .images = model.images};
}

}  // namespace strata
