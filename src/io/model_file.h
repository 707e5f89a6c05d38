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
#include "data/table_schema.h"
#include "io/safetensors.h"
#include "model/model_spec.h"
#include "model/parameters.h"

namespace strata {

/// Everything that is needed to use a model or to go on from it.
struct ModelFile {
  ModelSpec spec;
  Convention convention = Convention::keras;
  Parameters parameters;                     ///< of spec.layers()
  Scaler scaler;                             ///< of spec.inputs features
  std::vector<std::size_t> sample_shape;     ///< e.g. {28, 28}; the product is spec.inputs; empty if not known
  std::map<std::string, std::string> notes;  ///< further metadata, e.g. seed; keys that the format uses are ignored
  std::vector<std::string> class_names{};    ///< (spec.classes); empty: classes are 0, 1, …
  std::optional<TableSchema> table{};        ///< of a model of tables: its width is spec.inputs; needs class_names
};

/// Writes tensors layers.N.weight (outputs, inputs) and layers.N.bias (outputs) in numeric order, scaler.mean,
/// scaler.scale and, if missing values are filled, scaler.fill (inputs), and as metadata, all text: format_version,
/// strata_version, activation, its alpha if it has one, convention, classes, sample_shape (`28,28`), class_names and
/// table (schema_json.h), and the notes.
/// `path` holds the old content or the new, never part of it. Throws Error(failed) naming the file.
void write_model(const std::filesystem::path& path, const ModelFile& model);

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
/// The scaler's are ignored, and so is metadata. Throws Error(data) naming the file and the tensor
/// on any other tensor, another number of layers or another shape.
Parameters read_initial_weights(const std::filesystem::path& path, const ModelSpec& spec);

}  // namespace strata
