#include "io/data_json.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;
using Path = std::optional<std::filesystem::path>;

constexpr std::pair<const char*, Path DataRequest::*> kPaths[] = {
    {"labels", &DataRequest::labels},
    {"validation_data", &DataRequest::validation_data},
    {"validation_labels", &DataRequest::validation_labels},
    {"test_data", &DataRequest::test_data},
    {"test_labels", &DataRequest::test_labels}};
constexpr std::pair<const char*, std::string ColumnRoles::*> kColumns[] = {
    {"label_column", &ColumnRoles::label}, {"id_column", &ColumnRoles::id}, {"weight_column", &ColumnRoles::weight}};
constexpr std::pair<const char*, std::vector<std::string> ColumnRoles::*> kColumnLists[] = {
    {"ignore_columns", &ColumnRoles::ignored}, {"category_columns", &ColumnRoles::categories}};

/// Adds the value's name in `table`, unless it is the first.
template <class Table, class T>
void add_choice(Json& config, const char* key, const Table& table, T value) {
  if (value != table.front().value) {
    config[key] = std::ranges::find(table, value, [](const auto& entry) { return entry.value; })->name;
  }
}

/// The value that is named in `table`, or the first.
template <class Table>
auto read_choice(const Json& config, const char* key, const Table& table) {
  if (!config.contains(key)) {
    return table.front().value;
  }
  const auto name = config.at(key).get<std::string>();
  const auto found = std::ranges::find(table, name, [](const auto& entry) { return entry.name; });
  if (found == table.end()) {
    throw data_error("its {} is '{}', which is none that Strata knows; restore the file", key, name);
  }
  return found->value;
}

DataRequest read_request(const Json& config) {
  DataRequest request{.data = config.at("data").get<std::string>()};
  for (const auto& [key, path] : kPaths) {
    if (config.contains(key)) {
      request.*path = config.at(key).get<std::string>();
    }
  }
  for (const auto& [key, column] : kColumns) {
    request.roles.*column = config.value(key, std::string());
  }
  for (const auto& [key, columns] : kColumnLists) {
    request.roles.*columns = config.value(key, std::vector<std::string>());
  }
  request.missing = read_choice(config, "missing", kMissingValues);
  request.header = read_choice(config, "header", kHeaderLines);
  request.unseen = read_choice(config, "unseen_categories", kUnseenCategories);
  return request;
}

}  // namespace

void add_data(Json& config, const DataRequest& request) {
  config["data"] = request.data.string();
  for (const auto& [key, path] : kPaths) {
    if (request.*path) {
      config[key] = (request.*path)->string();
    }
  }
  for (const auto& [key, column] : kColumns) {
    if (!(request.roles.*column).empty()) {
      config[key] = request.roles.*column;
    }
  }
  for (const auto& [key, columns] : kColumnLists) {
    if (!(request.roles.*columns).empty()) {
      config[key] = request.roles.*columns;
    }
  }
  add_choice(config, "missing", kMissingValues, request.missing);
  add_choice(config, "header", kHeaderLines, request.header);
  add_choice(config, "unseen_categories", kUnseenCategories, request.unseen);
}

DataRequest data_of_config(const Json& config) {
  try {
    return read_request(config);
  } catch (const Json::exception& error) {
    throw data_error("what it says of the data cannot be read ({}); restore the file", error.what());
  }
}

}  // namespace strata
