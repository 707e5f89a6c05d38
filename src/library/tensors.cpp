#include "library/tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "core/error.h"
#include "library/call.h"

namespace strata::library {

namespace {

/// Calls use(name, shape, values) for each.
template <class Use>
void for_tensors(const Parameters& parameters, const Use& use) {
  for (std::size_t layer = 0; layer < parameters.layers().size(); ++layer) {
    const MatrixView<const float> weight = parameters.weight(layer);
    use(fmt::format("layers.{}.weight", layer), nlohmann::ordered_json{weight.rows(), weight.columns()},
        std::span(weight.data(), weight.rows() * weight.columns()));
    const std::span<const float> bias = parameters.bias(layer);
    use(fmt::format("layers.{}.bias", layer), nlohmann::ordered_json::array({bias.size()}), bias);
  }
}

}  // namespace

std::string tensors_json(const Parameters& parameters) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for_tensors(parameters, [&](const std::string& name, const nlohmann::ordered_json& shape, std::span<const float>) {
    json.push_back({{"name", name}, {"shape", shape}});
  });
  return json.dump();
}

void copy_tensor(const Parameters& parameters, std::string_view name, float* values, std::size_t count) {
  bool found = false;
  for_tensors(parameters, [&](const std::string& known, const nlohmann::ordered_json&, std::span<const float> tensor) {
    if (known != name) {
      return;
    }
    found = true;
    if (tensor.size() != count) {
      throw usage_error("{} has {} elements; found room for {}", name, tensor.size(), count);
    }
    std::ranges::copy(tensor, &required(values, "values"));
  });
  if (!found) {
    throw usage_error("there is no {}; expected layers.K.weight or layers.K.bias, K below {}", name,
                      parameters.layers().size());
  }
}

void copy_hash(const Parameters& parameters, char* hash) {
  const std::string text = weights_hash(parameters);
  std::copy_n(text.c_str(), text.size() + 1, &required(hash, "hash"));
}

}  // namespace strata::library
