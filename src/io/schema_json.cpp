#include "io/schema_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/text.h"
#include "io/json_text.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

FeatureColumn column_of(const Json& json) {
  FeatureColumn column{.name = json.at("name").get<std::string>(), .categorical = json.contains("categories")};
  if (column.categorical) {
    column.categories = json["categories"].get<std::vector<std::string>>();
  }
  column.date = json.value("date", false);
  return column;
}

/// Keys that stand only where they say something, so that models of before, which lack them, are read as they were.
constexpr const char* kLabelType = "label_type";
constexpr const char* kMissingCategories = "missing_categories";
constexpr const char* kDelimiter = "delimiter";
constexpr const char* kDecimal = "decimal";
constexpr const char* kComment = "comment";
constexpr const char* kMissingValues = "missing_values";
constexpr const char* kLabelSeparator = "label_separator";
constexpr const char* kTargets = "targets";
constexpr const char* kLabels = "labels";

char character_of(const Json& json) {
  const auto text = json.get<std::string>();
  return text.empty() ? '\0' : text.front();  // any but one is no text that schema_json gives
}

void read_dialect(const Json& json, TableDialect& dialect) {
  if (json.contains(kDelimiter)) {
    const auto named = std::ranges::find(kDelimiters, json[kDelimiter].get<std::string>(), &DelimiterEntry::name);
    dialect.delimiter = named == kDelimiters.end() ? Delimiter::automatic : named->value;
  }
  dialect.decimal = json.contains(kDecimal) ? DecimalMark::comma : DecimalMark::open;
  dialect.comment = json.contains(kComment) ? character_of(json[kComment]) : '\0';
  dialect.missing_values = json.value(kMissingValues, std::vector<std::string>());
}

void write_dialect(const TableDialect& dialect, Json& json) {
  if (dialect.delimiter != Delimiter::automatic) {
    json[kDelimiter] = entry_of(dialect.delimiter).name;
  }
  if (dialect.decimal == DecimalMark::comma) {
    json[kDecimal] = "comma";
  }
  if (dialect.comment != '\0') {
    json[kComment] = std::string(1, dialect.comment);
  }
  if (!dialect.missing_values.empty()) {
    json[kMissingValues] = dialect.missing_values;
  }
}

bool has_categories(const TableSchema& schema) {
  return std::ranges::any_of(schema.features, &FeatureColumn::categorical);
}

TableSchema schema_of(const Json& json) {
  TableSchema schema{.dialect = {.header = json.at("header").get<bool>() ? HeaderLine::yes : HeaderLine::no},
                     .label = json.at("label").get<std::string>(),
                     .id = json.at("id").get<std::string>(),
                     .weight = json.at("weight").get<std::string>()};
  for (const Json& column : json.at("features")) {
    schema.features.push_back(column_of(column));
  }
  schema.dialect.labels = json.contains(kLabelType) ? LabelType::text : LabelType::automatic;
  schema.dialect.missing_categories = has_categories(schema) && !json.contains(kMissingCategories)
                                          ? MissingCategories::words
                                          : MissingCategories::empty;
  schema.label_separator = json.value(kLabelSeparator, std::string());
  schema.targets = json.value(kTargets, std::vector<std::string>());
  schema.labels = json.value(kLabels, std::vector<std::string>());
  read_dialect(json, schema.dialect);
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
  std::vector<std::string> names;
  for (const std::string& role : {schema.label, schema.id, schema.weight}) {
    if (!role.empty()) {
      names.push_back(role);
    }
  }
  names.insert(names.end(), schema.targets.begin(), schema.targets.end());
  names.insert(names.end(), schema.labels.begin(), schema.labels.end());
  const int ways = (schema.label.empty() ? 0 : 1) + (schema.targets.empty() ? 0 : 1) + (schema.labels.empty() ? 0 : 1);
  for (const FeatureColumn& column : schema.features) {
    names.push_back(column.name);
    const auto& categories = column.categories;
    const bool ascending =
        std::adjacent_find(categories.begin(), categories.end(), std::greater_equal<>()) == categories.end();
    if (!ascending || (column.categorical && (categories.empty() || column.date))) {
      return false;
    }
  }
  const bool separated = schema.label_separator.empty() || !schema.label.empty();
  return !schema.features.empty() && ways == 1 && separated && are_unique(names);
}

void require_utf8(const std::string& source, std::string_view what, const std::string& name) {
  if (!is_utf8(name)) {
    throw data_error(
        "{}: {} {} is not UTF-8, so that a model cannot keep it; convert the data, as by iconv -f latin1 -t utf8, or "
        "rename it",
        source, what, quoted_name(name));
  }
}

}  // namespace

std::string class_names_json(const std::vector<std::string>& names) { return json_text(Json(names)); }

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
    if (column.date) {
      json["date"] = true;
    }
  }
  Json json{{"header", schema.has_header()},
            {"label", schema.label},
            {"id", schema.id},
            {"weight", schema.weight},
            {"features", std::move(columns)}};
  if (schema.dialect.labels == LabelType::text) {
    json[kLabelType] = "text";
  }
  if (has_categories(schema) && schema.dialect.missing_categories == MissingCategories::empty) {
    json[kMissingCategories] = "empty";
  }
  if (!schema.label_separator.empty()) {
    json[kLabelSeparator] = schema.label_separator;
  }
  if (!schema.targets.empty()) {
    json[kTargets] = schema.targets;
  }
  if (!schema.labels.empty()) {
    json[kLabels] = schema.labels;
  }
  write_dialect(schema.dialect, json);
  return json_text(json);
}

std::optional<TableSchema> parse_schema(const std::string& text) {
  const auto schema = parsed(text, schema_of);
  return schema && is_sound(*schema) && schema_json(*schema) == text ? schema : std::nullopt;
}

void check_names_can_be_kept(const DataSource& source) {
  const std::string& from = source.train.source;
  for (const std::string& name : source.class_names) {
    require_utf8(from, "the class", name);
  }
  for (const std::string& name : source.train.target_names) {
    require_utf8(from, "the target", name);
  }
  if (source.table) {
    const TableSchema& table = *source.table;
    for (const std::string& name : {table.label, table.id, table.weight}) {
      require_utf8(from, "the column", name);
    }
    for (const FeatureColumn& column : table.features) {
      require_utf8(from, "the column", column.name);
      for (const std::string& category : column.categories) {
        require_utf8(from, fmt::format("in column {} the category", quoted_name(column.name)), category);
      }
    }
  }
  if (!parse_class_names(class_names_json(source.class_names))) {
    throw data_error("{}: a class is there twice, so that a model cannot tell them apart; rename one", from);
  }
  if (source.table && !parse_schema(schema_json(*source.table))) {
    throw data_error("{}: a column is there twice, so that a model cannot match them by name; rename one", from);
  }
}

}  // namespace strata
