#include "io/schema_json.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "io/json_text.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

FeatureColumn column_of(const Json& json) {
  FeatureColumn column{.name = json.at("name").get<std::string>(), .categorical = json.contains("categories")};
  if (column.categorical) {
    column.categories = json["categories"].get<std::vector<std::string>>();
  }
  return column;
}

TableSchema schema_of(const Json& json) {
  TableSchema schema{.header = json.at("header").get<bool>(),
                     .label = json.at("label").get<std::string>(),
                     .id = json.at("id").get<std::string>(),
                     .weight = json.at("weight").get<std::string>()};
  for (const Json& column : json.at("features")) {
    schema.features.push_back(column_of(column));
  }
  return schema;
}

/// What the text says, if `read` can make sense of it.
template <class Read>
auto parsed(const std::string& text, const Read& read) -> std::optional<decltype(read(Json()))> {
  try {
    return read(parse_json(text));
  } catch (const Error&) {
    return std::nullopt;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

bool are_unique(const std::vector<std::string>& names) {
  return std::set<std::string>(names.begin(), names.end()).size() == names.size();
}

bool is_sound(const TableSchema& schema) {
  std::vector<std::string> names{schema.label};
  for (const std::string& role : {schema.id, schema.weight}) {
    if (!role.empty()) {
      names.push_back(role);
    }
  }
  for (const FeatureColumn& column : schema.features) {
    names.push_back(column.name);
    const auto& categories = column.categories;
    const bool ascending =
        std::adjacent_find(categories.begin(), categories.end(), std::greater_equal<>()) == categories.end();
    if (!ascending || (column.categorical && categories.empty())) {
      return false;
    }
  }
  return !schema.features.empty() && !schema.label.empty() && are_unique(names);
}

}  // namespace

std::string class_names_json(const std::vector<std::string>& names) { return text_of(Json(names)); }

std::optional<std::vector<std::string>> parse_class_names(const std::string& text) {
  const auto names = parsed(text, [](const Json& json) { return json.get<std::vector<std::string>>(); });
  return names && are_unique(*names) && class_names_json(*names) == text ? names : std::nullopt;
}

std::string schema_json(const TableSchema& schema) {
  Json columns = Json::array();
  for (const FeatureColumn& column : schema.features) {
    Json& json = columns.emplace_back(Json{{"name", column.name}});
    if (column.categorical) {
      json["categories"] = column.categories;
    }
  }
  return text_of(Json{{"header", schema.header},
                      {"label", schema.label},
                      {"id", schema.id},
                      {"weight", schema.weight},
                      {"features", std::move(columns)}});
}

std::optional<TableSchema> parse_schema(const std::string& text) {
  const auto schema = parsed(text, schema_of);
  return schema && is_sound(*schema) && schema_json(*schema) == text ? schema : std::nullopt;
}

}  // namespace strata
