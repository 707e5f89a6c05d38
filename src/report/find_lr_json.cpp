#include <new>

#include "core/error.h"
#include "report/folder_json.h"
#include "report/json_files.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

void check_numbers(const Json& list) {
  for (const Json& value : list) {
    if (!value.is_null()) {
      static_cast<void>(value.get<double>());
    }
  }
}

/// Throws Json::exception or Error without a place.
void check_group(const Json& group) {
  static_cast<void>(group.at("group").get<std::string>());
  const std::size_t count = group.at("rates").size();
  for (const char* series : {"rates", "loss", "smoothed", "control"}) {
    check_numbers(group.at(series));
    if (group.at(series).size() != count) {
      throw data_error("{} and rates differ in length", series);
    }
  }
}

void check_map(const Json& map) {
  const Json& rates = map.at("rates");
  if (map.at("groups").size() != 2 || rates.size() != 2 || map.at("values").size() != rates[0].size()) {
    throw data_error("the map's values do not fit its rates");
  }
  for (const Json& row : map.at("values")) {
    check_numbers(row);
    if (row.size() != rates[1].size()) {
      throw data_error("the map's values do not fit its rates");
    }
  }
}

}  // namespace

Json find_lr_json(const std::filesystem::path& folder, const Json& config) {
  const std::filesystem::path path = folder / "find_lr.json";
  Json found = read_json_object(path);
  try {
    if (found.contains("map")) {
      check_map(found["map"]);
    } else {
      for (const Json& group : found.at("groups")) {
        check_group(group);
      }
    }
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw data_error("{}: damaged ({}); run strata find-lr again into a new folder", path.string(), error.what());
  }
  Json json{{"kind", "find-lr"}, {"notes", Json::array()}, {"config", config}};
  json.update(found);
  return json;
}

}  // namespace strata
