#include "io/onnx_file.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "io/atomic_file.h"
#include "io/onnx_graph.h"

namespace strata {

namespace {

/// What the columns of `features` are: a name for each, `COLUMN=VALUE` for those of a category.
std::vector<std::string> feature_names(const TableSchema& table) {
  std::vector<std::string> names;
  names.reserve(table.width());
  for (const FeatureColumn& column : table.features) {
    if (!column.categorical) {
      names.push_back(column.name);
    }
    for (const std::string& category : column.categories) {
      names.push_back(column.name + "=" + category);
    }
  }
  return names;
}

std::map<std::string, std::string> onnx_metadata(const ModelFile& model) {
  std::map<std::string, std::string> metadata = model_metadata(model);
  metadata.erase("format_version");  // of the model file
  if (model.table) {
    metadata["feature_names"] = nlohmann::json(feature_names(*model.table)).dump();
  }
  return metadata;
}

// Field numbers are those of onnx.proto (github.com/onnx/onnx), IR version 7.
namespace model_field {
constexpr int kIrVersion = 1;
constexpr int kProducerName = 2;
constexpr int kProducerVersion = 3;
constexpr int kGraph = 7;
constexpr int kOpset = 8;
constexpr int kOpsetVersion = 2;
constexpr int kMetadata = 14;
constexpr int kKey = 1;
constexpr int kValue = 2;
}  // namespace model_field

WireMessage onnx_model(const ModelFile& model) {
  WireMessage message;
  message.integer(model_field::kIrVersion, kOnnxIrVersion);
  message.text(model_field::kProducerName, "strata");
  message.text(model_field::kProducerVersion, STRATA_VERSION);
  message.message(model_field::kGraph, onnx_graph(model));
  WireMessage opset;
  opset.integer(model_field::kOpsetVersion, kOnnxOpset);
  message.message(model_field::kOpset, opset);
  for (const auto& [key, value] : onnx_metadata(model)) {
    WireMessage entry;
    entry.text(model_field::kKey, key);
    entry.text(model_field::kValue, value);
    message.message(model_field::kMetadata, entry);
  }
  return message;
}

}  // namespace

std::string onnx_bytes(const ModelFile& model) {
  constexpr std::size_t kLargest = std::numeric_limits<std::int32_t>::max();
  std::string bytes = onnx_model(model).take_bytes();
  if (bytes.size() > kLargest) {
    throw failed_error("the model takes {} bytes; an ONNX file holds at most {}", bytes.size(), kLargest);
  }
  return bytes;
}

std::size_t write_onnx(const std::filesystem::path& path, const ModelFile& model) {
  const std::string content = onnx_bytes(model);
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(content)));
  file.commit();
  return content.size();
}

}  // namespace strata
