#include "cli/text/option_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/field.h"

namespace strata::cli {

namespace {

std::string contradictions(const Option& option) {
  std::string text;
  for (const Contradiction& other : option.contradicts) {
    text += fmt::format("{}--{}", text.empty() ? "" : ", ", other.option);
    if (!other.values.empty()) {
      text += fmt::format(" {}", fmt::join(other.values, "|"));
    }
  }
  return text.empty() ? text : fmt::format("; not with {}", text);
}

}  // namespace

std::string as_options(std::string_view text) {
  return spelled(text, [](std::string_view name) {
    std::string option = fmt::format("--{}", name);
    std::replace(option.begin(), option.end(), '_', '-');
    return option;
  });
}

std::string usage(const Option& option) {
  if (option.value_optional) {
    return fmt::format("--{}[={}]", option.name, option.value);
  }
  return fmt::format("--{}{}{}", option.name, option.value.empty() ? "" : " ", option.value);
}

std::string shown_default(const Option& option) {
  return option.fallback_note.empty() ? option.fallback : as_options(option.fallback_note);
}

std::string meaning(const Option& option) {
  return fmt::format("{}{}", as_options(option.help), contradictions(option));
}

std::string key_range(const OptimizerKey& key) {
  if (key.type == OptimizerKey::Type::boolean) {
    return "true or false";
  }
  if (key.type == OptimizerKey::Type::figure) {
    return "val_…";
  }
  const bool whole = key.type == OptimizerKey::Type::whole;
  std::string text;
  if (std::isfinite(key.minimum)) {
    text = fmt::format("{} {}", key.open_minimum ? "above" : "from", key.minimum);
  }
  if (std::isfinite(key.maximum) && !(whole && key.maximum == kMostSteps)) {
    text += fmt::format("{}{} {}", text.empty() ? "" : " ", key.open_maximum ? "to below" : "to", key.maximum);
  }
  return text.empty() ? "any number" : whole ? "whole, " + text : text;
}

std::string key_default(const OptimizerKey& key) {
  const std::string keras = key_value_text(key, key.keras_default);
  const std::string torch = key_value_text(key, key.torch_default);
  return keras == torch ? keras : fmt::format("{}, torch {}", keras, torch);
}

}  // namespace strata::cli
