#include "settings/value_kinds.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "data/class_index.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json unless_empty(const T& value) {
  return value.empty() ? Json() : Json(value);
}

/// `NAME=W,NAME=W,…`
std::vector<std::pair<std::string, double>> named_weights(std::string_view option, std::string_view text) {
  std::vector<std::pair<std::string, double>> weights;
  for (const std::string_view part : split(text, ',')) {
    const std::size_t equals = part.rfind('=');
    if (equals == std::string_view::npos || equals == 0) {
      throw usage_error("{}: expected a class and its weight, as in zebra=1,ant=3, found '{}'", field(option), part);
    }
    std::string name(part.substr(0, equals));
    if (std::ranges::any_of(weights, [&](const auto& other) { return other.first == name; })) {
      throw usage_error("{}: the class '{}' is given twice", field(option), name);
    }
    weights.emplace_back(std::move(name), parse_weight(option, part.substr(equals + 1)));
  }
  return weights;
}

constexpr std::string_view kBlanks = " \t";

/// Of a list X,X,…
std::vector<std::string> parts_of(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, ',');
  return {parts.begin(), parts.end()};
}

Json list_of(Json elements) { return {{"type", "array"}, {"items", std::move(elements)}}; }

}  // namespace

Json Duration::json(double value) const { return fmt::format("{}s", value); }
Json Duration::schema() const {
  return {{"type", "string"}, {"pattern", "^([0-9.eE+-]+h)?([0-9.eE+-]+m)?([0-9.eE+-]+s)?$"}};
}

ImageSize SizeOfImage::read(std::string_view option, std::string_view text) const {
  const std::optional<ImageSize> size = image_size_of(text);
  if (!size) {
    throw usage_error("{}: expected a width and a height from 1 to {}, such as 28x28, found '{}'", field(option),
                      ImageForm::kLargestSide, text);
  }
  return *size;
}

Json Text::json(const std::string& value) const { return unless_empty(value); }

Json Flag::json(bool value) const { return value ? Json(true) : Json(); }

Json Sizes::schema() const { return list_of({{"type", "integer"}, {"minimum", 1}, {"maximum", kMaxLayerSize}}); }

Json Shares::json(const std::vector<double>& value) const { return unless_empty(value); }
Json Shares::schema() const { return list_of(Share().schema()); }

std::vector<std::string> Columns::read(std::string_view option, std::string_view text) const {
  std::vector<std::string> names = parts_of(text);
  if (std::ranges::any_of(names, &std::string::empty)) {
    throw usage_error("{}: expected names or indices of columns as COLUMN,COLUMN,…, found '{}'", field(option), text);
  }
  return names;
}
Json Columns::json(const std::vector<std::string>& value) const { return unless_empty(value); }
Json Columns::schema() const { return list_of({{"type", "string"}}); }

std::vector<std::string> Names::read(std::string_view option, std::string_view text) const {
  std::vector<std::string> names = parts_of(text);
  std::set<std::string_view> seen;
  for (const std::string& name : names) {
    if (name.empty() || !is_utf8(name) || is_number_label(name)) {
      throw usage_error("{}: expected names as NAME,NAME,…, in UTF-8 and no numbers; found '{}' in '{}'", field(option),
                        name, text);
    }
    if (!seen.insert(name).second) {
      throw usage_error("{}: expected different names, found '{}' twice", field(option), name);
    }
  }
  return names;
}
Json Names::json(const std::vector<std::string>& value) const { return unless_empty(value); }
Json Names::schema() const { return list_of({{"type", "string"}}); }

std::vector<std::string> Texts::read(std::string_view /*option*/, std::string_view text) const {
  std::vector<std::string> texts;
  for (std::string_view part : split(text, ',')) {
    const std::size_t first = std::min(part.find_first_not_of(kBlanks), part.size());
    part = part.substr(first, part.find_last_not_of(kBlanks) + 1 - first);
    if (std::ranges::find(texts, part) == texts.end()) {
      texts.emplace_back(part);
    }
  }
  return texts;
}
Json Texts::json(const std::vector<std::string>& value) const { return unless_empty(value); }
Json Texts::schema() const { return list_of({{"type", "string"}}); }

char Mark::read(std::string_view option, std::string_view text) const {
  constexpr std::string_view kMarks = "!#$%&'()*,/:;<=>?@[\\]^_`{|}~";
  if (text.size() != 1 || kMarks.find(text.front()) == std::string_view::npos) {
    throw usage_error("{}: expected one character such as #, no letter, digit, quote or sign of a number; found '{}'",
                      field(option), text);
  }
  return text.front();
}
Json Mark::json(char value) const { return value == '\0' ? Json() : Json(std::string(1, value)); }
Json Mark::schema() const { return {{"type", "string"}, {"minLength", 1}, {"maxLength", 1}}; }

ClassWeights WeightsOfClasses::read(std::string_view option, std::string_view text) const {
  if (text == "balanced") {
    return {.balanced = true, .given = {}};
  }
  if (text.find('=') != std::string_view::npos) {
    return {.balanced = false, .given = {}, .named = named_weights(option, text)};
  }
  ClassWeights weights{.balanced = false, .given = parse_list(option, text, parse_weight)};
  if (std::ranges::all_of(weights.given, [](double weight) { return weight == 0; })) {
    throw usage_error("{}: expected a weight above 0 for one class at least, found '{}'", field(option), text);
  }
  return weights;
}
Json WeightsOfClasses::json(const ClassWeights& value) const {
  std::string named;
  for (const auto& [name, weight] : value.named) {
    named += fmt::format("{}{}={}", named.empty() ? "" : ",", name, weight);
  }
  return value.balanced ? Json("balanced") : named.empty() ? unless_empty(value.given) : Json(named);
}
Json WeightsOfClasses::schema() const {
  const Json weight{{"type", "number"}, {"minimum", 0}};
  return {{"oneOf", {{{"const", "balanced"}}, list_of(weight), {{"type", "string"}, {"pattern", "="}}}}};
}

}  // namespace strata
