// Prints what files of data hold, bit for bit, for a comparison with other readers. Each line of stdin is a kind
// (features, filled, labels, table, filled_table) and a path; a line of JSON answers it: an error, or the data.
#include <fmt/format.h>

#include <bit>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/error.h"
#include "data/npy.h"
#include "data/table.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

/// Pixels as numbers, values as the hexadecimal digits of their bits.
Json features_json(const Dataset& data) {
  Json json{{"shape", data.sample_shape}, {"rows", data.rows()}};
  if (!data.pixels.empty()) {
    json["pixels"] = std::vector<int>(data.pixels.begin(), data.pixels.end());
    return json;
  }
  std::string bits;
  for (const float value : data.values) {
    bits += fmt::format("{:08x}", std::bit_cast<std::uint32_t>(value));
  }
  json["bits"] = bits;
  return json;
}

Json table_json(const std::filesystem::path& path, MissingValues missing) {
  TableOptions options;
  options.missing = missing;
  const TableData table = load_table(path, {.label = "label"}, options, 1);
  Json json = features_json(table.data);
  json["labels"] = table.data.labels;
  json["classes"] = table.class_names;
  return json;
}

Json read(const std::string& kind, const std::filesystem::path& path) {
  if (kind == "labels") {
    return {{"labels", read_npy_labels(path)}};
  }
  const MissingValues missing = kind.starts_with("filled") ? MissingValues::mean : MissingValues::error;
  return kind.ends_with("table") ? table_json(path, missing) : features_json(read_npy_features(path, missing, 1));
}

Json answer(const std::string& kind, const std::filesystem::path& path) {
  try {
    return read(kind, path);
  } catch (const Error& error) {
    return {{"error", error.what()}};
  }
}

}  // namespace

}  // namespace strata

int main() {
  std::string kind;
  std::string path;
  while (std::cin >> kind >> path) {
    std::cout << strata::answer(kind, path).dump(-1, ' ', false, strata::Json::error_handler_t::replace) << '\n';
  }
}
