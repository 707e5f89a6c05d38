#include "train/divergence.h"

#include <fmt/format.h>

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

}  // namespace strata
