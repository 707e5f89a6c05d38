#include "train/divergence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dist/together.h"

namespace strata {

namespace {

std::string_view subject(Divergence::In in) {
  switch (in) {
    case Divergence::In::training:
      return "the loss is not finite at";
    case Divergence::In::weights:
      return "weights are not finite after";
    case Divergence::In::validation:
      return "the validation loss is not finite after";
    case Divergence::In::test:
      return "the test loss is not finite after";
  }
  return "";
}

std::optional<std::size_t> first_layer_of_non_finite_weights(const Parameters& parameters) {
  const auto finite = [](float x) { return std::isfinite(x); };
  for (std::size_t l = 0; l < parameters.layers().size(); ++l) {
    const MatrixView<const float> weight = parameters.weight(l);
    if (!std::ranges::all_of(std::span(weight.data(), weight.rows() * weight.columns()), finite) ||
        !std::ranges::all_of(parameters.bias(l), finite)) {
      return l;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Divergence::In in) {
  switch (in) {
    case Divergence::In::training:
      return "training";
    case Divergence::In::weights:
      return "weights";
    case Divergence::In::validation:
      return "validation";
    case Divergence::In::test:
      return "test";
  }
  return "";
}

std::string divergence_place(const Divergence& divergence) {
  std::string text = fmt::format("{} step {}", subject(divergence.in), divergence.step);
  if (divergence.layer) {
    text += fmt::format(", first the {} of layers.{}", divergence.in_weights ? "weights" : "activations",
                        *divergence.layer);
  }
  return text;
}

void find_in_step(Divergence& divergence, Engine& engine, std::size_t layers, Communicator* ranks) {
  divergence.layer = engine.first_non_finite_layer();
  if (ranks != nullptr) {
    const auto count = static_cast<int>(layers);
    const int found = divergence.layer ? count - static_cast<int>(*divergence.layer) : 0;
    const int lowest = largest_of(*ranks, found);
    divergence.layer = lowest > 0 ? std::optional(static_cast<std::size_t>(count - lowest)) : std::nullopt;
  }
}

void find_after_step(Divergence& divergence, Engine& engine, Parameters parameters, const Dataset& data,
                     std::span<const std::uint32_t> rows) {
  engine.export_parameters(parameters);
  divergence.layer = first_layer_of_non_finite_weights(parameters);
  divergence.in_weights = divergence.layer.has_value();
  if (!divergence.layer) {
    divergence.layer = engine.first_non_finite_layer(data.view(), rows);
  }
}

}  // namespace strata
