// Fuzz target: safetensors files, as tensors, as models and as initial weights.
#include <string>

#include "io/model_file.h"
#include "io/safetensors.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/safetensors_parts.h"

using namespace strata;
using namespace strata::fuzz;

namespace {

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return std::ranges::equal(std::as_bytes(a), std::as_bytes(b));
}

/// The file of these tensors and metadata.
std::string written(std::span<const NamedTensor> tensors, const std::map<std::string, std::string>& metadata) {
  std::string content = safetensors_start(tensors, metadata, kName);
  for (const NamedTensor& tensor : tensors) {
    content.append(reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size_bytes());
  }
  return content;
}

std::vector<NamedTensor> tensors_of(const SafetensorsFile& file) {
  std::vector<NamedTensor> tensors;
  for (const auto& [name, tensor] : file.tensors) {
    tensors.push_back({name, tensor.shape, tensor.values});
  }
  return tensors;
}

void check_tensors(std::string_view content) {
  const auto any = read_data([&] { return parse_safetensors(content, kName, TensorValues::any); });
  const auto finite = read_data([&] { return parse_safetensors(content, kName); });
  require(any || !finite, "finite tensors are tensors");
  if (!any) {
    return;
  }
  const SafetensorsFile again = parse_safetensors(written(tensors_of(*any), any->metadata), kName, TensorValues::any);
  require(again.metadata == any->metadata, "metadata, written again, read equal");
  require(std::ranges::equal(again.tensors, any->tensors,
                             [](const auto& a, const auto& b) {
                               return a.first == b.first && a.second.shape == b.second.shape &&
                                      same_bits(a.second.values, b.second.values);
                             }),
          "tensors, written again, read equal");
}

void check_model(std::string_view content) {
  const auto model = read_data([&] { return parse_model(content, kName); });
  if (!model) {
    return;
  }
  const auto again = parse_model(written(model_tensors(*model), model_metadata(*model)), kName);
  require(same_bits(again.parameters.values(), model->parameters.values()) &&
              same_bits(again.scaler.mean, model->scaler.mean) && same_bits(again.scaler.scale, model->scaler.scale) &&
              same_bits(again.scaler.fill, model->scaler.fill),
          "weights, written again, read equal");
  require(again.convention == model->convention && again.sample_shape == model->sample_shape &&
              again.class_names == model->class_names && again.table == model->table && again.notes == model->notes,
          "what a model says of itself, written again, reads equal");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string content = safetensors_content({data, size});
  check_tensors(content);
  check_model(content);
  return 0;
}
