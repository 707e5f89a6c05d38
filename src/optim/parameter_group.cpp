#include "optim/parameter_group.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/number.h"

namespace strata {

namespace {

std::size_t parse_layer(std::string_view digits, std::string_view text) {
  const auto layer = parse_number<std::size_t>(digits);
  if (!layer) {
    throw usage_error("‹group› {}: expected FIRST-LAST:OPTIMIZER, layers counted from 0, as in 0-1:sgd,lr=0.01", text);
  }
  return *layer;
}

ParameterGroup parse_group(std::string_view text, std::size_t layer_count, Convention convention) {
  const std::size_t colon = text.find(':');
  const std::string_view range = text.substr(0, colon);
  const std::size_t dash = range.find('-');
  ParameterGroup group;
  group.first = parse_layer(range.substr(0, dash), text);
  group.last = dash == std::string_view::npos ? group.first : parse_layer(range.substr(dash + 1), text);
  if (colon == std::string_view::npos) {
    throw usage_error("‹group› {}: the optimizer is missing; expected FIRST-LAST:OPTIMIZER, as in 0-1:sgd,lr=0.01",
                      text);
  }
  if (group.first > group.last) {
    throw usage_error("‹group› {}: the first layer comes after the last; write {}-{}", text, group.last, group.first);
  }
  if (group.last >= layer_count) {
    throw usage_error("‹group› {}: there is no layer {}; the network's layers are 0 to {}", text, group.last,
                      layer_count - 1);
  }
  group.name = fmt::format("{}-{}", group.first, group.last);
  group.optimizer = parse_optimizer(text.substr(colon + 1), convention, "‹group›");
  return group;
}

}  // namespace

std::vector<ParameterGroup> lower_upper_groups(std::size_t layer_count, std::size_t upper_layers,
                                               const OptimizerSpec& lower, const OptimizerSpec& upper) {
  if (upper_layers > layer_count) {
    throw usage_error("‹upper_layers› {}: the network has only {} layers, hidden ones and the output", upper_layers,
                      layer_count);
  }
  const std::size_t lower_layers = layer_count - upper_layers;
  std::vector<ParameterGroup> groups;
  if (lower_layers > 0) {
    groups.push_back({"lower", 0, lower_layers - 1, lower});
  }
  if (upper_layers > 0) {
    groups.push_back({"upper", lower_layers, layer_count - 1, upper});
  }
  return groups;
}

std::vector<ParameterGroup> parse_groups(const std::vector<std::string>& texts, std::size_t layer_count,
                                         Convention convention) {
  std::vector<ParameterGroup> groups;
  groups.reserve(texts.size());
  for (const std::string& text : texts) {
    groups.push_back(parse_group(text, layer_count, convention));
  }
  std::ranges::sort(groups, {}, &ParameterGroup::first);
  std::size_t next = 0;
  for (const ParameterGroup& group : groups) {
    if (group.first < next) {
      throw usage_error("‹group›: layer {} is in two groups", group.first);
    }
    if (group.first > next) {
      throw usage_error("‹group›: layer {} is in no group; add one, e.g. ‹group› {}:freeze", next, next);
    }
    next = group.last + 1;
  }
  if (next < layer_count) {
    throw usage_error("‹group›: layer {} is in no group; add one, e.g. ‹group› {}:freeze", next, next);
  }
  return groups;
}

OptimizerState initial_state(const std::vector<LayerSpec>& layers, const std::vector<ParameterGroup>& groups) {
  OptimizerState state;
  for (const ParameterGroup& group : groups) {
    const auto slots = group.optimizer.state();
    for (std::size_t s = 0; s < slots.size(); ++s) {
      if (s == state.slots.size()) {
        state.slots.emplace_back(layers);
      }
      for (std::size_t l = group.first; l <= group.last; ++l) {
        const auto weight = state.slots[s].weight(l);
        std::fill_n(weight.data(), weight.rows() * weight.columns(), slots[s].initial);
        std::ranges::fill(state.slots[s].bias(l), slots[s].initial);
      }
    }
  }
  return state;
}

}  // namespace strata
