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

onnx::ModelProto make_onnx_model(const ModelFile& model) {
  onnx::ModelProto proto;
  proto.set_ir_version(kOnnxIrVersion);
  proto.add_opset_import()->set_version(kOnnxOpset);
  proto.set_producer_name("strata");
  proto.set_producer_version(STRATA_VERSION);
  *proto.mutable_graph() = make_onnx_graph(model);
  for (const auto& [key, value] : onnx_metadata(model)) {
    onnx::StringStringEntryProto& entry = *proto.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  return proto;
}

}  // namespace

std::size_t write_onnx(const std::filesystem::path& path, const ModelFile& model) {
  constexpr std::size_t kLargest = std::numeric_limits<std::int32_t>::max();
  const onnx::ModelProto proto = make_onnx_model(model);
  const std::size_t bytes = proto.ByteSizeLong();
  if (bytes > kLargest) {
    throw failed_error("cannot write {}: the model takes {} bytes; an ONNX file holds at most {}", path.string(), bytes,
                       kLargest);
  }
  const std::string content = proto.SerializeAsString();
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(content)));
  file.commit();
  return content.size();
}

}  // namespace strata
