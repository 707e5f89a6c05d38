// A trained model as a safetensors file, in PyTorch's layout: docs/formats.md.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/load.h"
#include "data/scaler.h"
#include "data/table/schema.h"
#include "engine/loss.h"
#include "io/safetensors.h"
#include "model/model.h"

namespace strata {

/// Everything that is needed to use a model or to go on from it.
struct ModelFile {
  ModelSpec spec;
  Convention convention = Convention::keras;
  Task task{};
  Parameters parameters;                     ///< of spec.layers()
  Scaler scaler;                             ///< of spec.inputs features
  std::vector<std::size_t> sample_shape;     ///< e.g. {28, 28}; the product is spec.inputs; empty if not known
  std::map<std::string, std::string> notes;  ///< further metadata, e.g. seed; keys that the format uses are ignored
  std::vector<std::string> class_names{};    ///< of each class; empty: classes are 0, 1, …, or there are none
  std::optional<TableSchema> table{};  ///< of a model of tables: its width is spec.inputs; needs class_names, if it
                                       ///< has classes
  TargetKind targets = TargetKind::classes;
  std::vector<std::string> target_names{};  ///< of each label or number; empty: they have none
  std::vector<std::string> class_labels{};  ///< of each class, as DataSource has them; needs class_names
  ImageForm images{};                       ///< how images are made alike for it
};

/// The columns of its predictions by name: classes (two also of one output), labels, or numbers, of several quantiles
/// NAME_q0.1 and so on. What has no name goes by its index, a number that is the only one by `value`.
std::vector<std::string> output_names(const ModelFile& model);

/// What the model has learnt: how many classes, labels or numbers.
TargetShape target_shape(const ModelFile& model);

/// Writes tensors layers.N.weight (outputs, inputs) and layers.N.bias (outputs) in numeric order, scaler.mean,
/// scaler.scale and, if missing values are filled, scaler.fill (inputs), all F32, and, if there are offsets,
/// scaler.offset (inputs), F64, and, if targets were standardised, target.mean and target.scale (targets), F32, and as
/// metadata, all text: format_version, strata_version, activation, its alpha if it has one, convention, classes, if it
/// has any, sample_shape (`28,28`), class_names, class_labels and table (schema_json.h), what it has learnt, unless
/// that is classes by softmax_cross_entropy (loss, targets, target_names, threshold), how images are made alike
/// (images, resize, gray, each if it is not as usual), and the notes. `path` holds the old content or the new, never
/// part of it. Throws Error(failed) naming the file.
void write_model(const std::filesystem::path& path, const ModelFile& model);

/// Such a file's bytes.
std::string model_bytes(const ModelFile& model);

/// Those tensors, whose values are the model's, and that metadata.
std::vector<NamedTensor> model_tensors(const ModelFile& model);
std::map<std::string, std::string> model_metadata(const ModelFile& model);

/// Reads back what write_model wrote, bit for bit; `notes` gets all metadata that has no field of its own.
/// Throws Error(data), naming the file and the tensor or metadata at fault: anything read_safetensors rejects, another
/// format_version, layers that are missing or do not chain, tensors that belong to no layer, wrong shapes.
ModelFile read_model(const std::filesystem::path& path);

/// The same of a file's bytes; `name` is the file's, for messages.
ModelFile parse_model(std::string_view content, const std::string& name);

/// What load_for_model must know of the model.
DataNeeds data_needs(const ModelFile& model);

/// The weights of another file as initial weights of `spec`: tensors layers.K.weight and layers.K.bias, or K.weight
/// and K.bias as a PyTorch Sequential names them (0, 2, 4, …); layers are taken in ascending order of K.
/// Numbers are F32, F16, BF16, or F64, which is rounded. The scaler's are ignored, and so is metadata. Throws
/// Error(data) naming the file and the tensor on any other tensor, another number of layers or another shape.
Parameters read_initial_weights(const std::filesystem::path& path, const ModelSpec& spec);

}  // namespace strata
