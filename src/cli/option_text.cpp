#include "cli/option_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

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

std::string usage(const Option& option) {
  return fmt::format("--{}{}{}", option.name, option.value.empty() ? "" : " ", option.value);
}

std::string_view shown_default(const Option& option) {
  return option.fallback_note.empty() ? std::string_view(option.fallback) : option.fallback_note;
}

std::string meaning(const Option& option) { return fmt::format("{}{}", option.help, contradictions(option)); }

std::string key_number(const OptimizerKey& key, double value) {
  return key.type == OptimizerKey::Type::boolean ? (value != 0 ? "true" : "false") : fmt::format("{}", value);
}

std::string key_range(const OptimizerKey& key) {
  if (key.type == OptimizerKey::Type::boolean) {
    return "true or false";
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
  const std::string keras = key_number(key, key.keras_default);
  const std::string torch = key_number(key, key.torch_default);
  return keras == torch ? keras : fmt::format("{}, torch {}", keras, torch);
}

}  // namespace strata::cli
