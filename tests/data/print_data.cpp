// Prints what files of data hold, bit for bit, for a comparison with other readers. Each line of stdin is a kind
// (features, filled, labels, npz, table, filled_table, dialect, image) and a path; a line of JSON answers it: an error,
// or the data. Of a dialect or an image the path with .json behind it says how the table is written, or how the image
// is made, by the names of the options.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/field.h"
#include "core/number.h"
#include "data/data_source.h"
#include "data/formats/image.h"
#include "data/formats/npy.h"
#include "data/formats/npz.h"
#include "data/read_file.h"
#include "data/table/table.h"

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

/// The value in `table` whose name `json` has under `key`.
template <class Table, class T>
void read_choice(const Json& json, const char* key, const Table& table, T& value) {
  if (json.contains(key)) {
    value = std::ranges::find(table, json.at(key).get<std::string>(), &Table::value_type::name)->value;
  }
}

TableDialect dialect_of(const std::filesystem::path& path) {
  const Json json = Json::parse(std::ifstream(path.string() + ".json"));
  TableDialect dialect;
  read_choice(json, "header", kHeaderLines, dialect.header);
  read_choice(json, "delimiter", kDelimiters, dialect.delimiter);
  read_choice(json, "decimal", kDecimalMarks, dialect.decimal);
  read_choice(json, "label_type", kLabelTypes, dialect.labels);
  dialect.comment = json.value("comment", std::string(1, '\0')).front();
  dialect.missing_values = json.value("missing_values", std::vector<std::string>());
  return dialect;
}

ImageForm form_of(const std::filesystem::path& path) {
  const Json json = Json::parse(std::ifstream(path.string() + ".json"));
  ImageForm form{.gray = json.value("gray", false)};
  read_choice(json, "images", kImageRules, form.rule);
  if (json.contains("resize")) {
    form.resize = image_size_of(json.at("resize").get<std::string>());
  }
  return form;
}

Json image_json(const std::filesystem::path& path) {
  const ImageForm form = form_of(path);
  const AlignedVector<std::uint8_t> file = read_file(path);
  const ImageShape shape = image_shape(file, path.string(), form);
  std::vector<std::uint8_t> pixels(shape.bytes());
  decode_image(file, shape, pixels, path.string(), form);
  return {{"shape", {shape.height, shape.width, shape.channels}}, {"pixels", pixels}};
}

Json table_json(const std::filesystem::path& path, MissingValues missing, const TableDialect& dialect = {}) {
  TableOptions options;
  options.missing = missing;
  options.dialect = dialect;
  const TableData table = load_table(path, {.label = "label"}, options, 1);
  Json json = features_json(table.data);
  json["labels"] = table.data.labels;
  json["classes"] = table.class_names;
  return json;
}

/// Each row's label, as the number that names its class, or the text.
Json labels_json(const ArrayLabels& read) {
  Json labels = Json::array();
  for (const std::uint32_t label : read.labels) {
    const std::string& name = read.names[label];
    const auto number = parse_number<std::int64_t>(name);
    labels.push_back(number ? Json(*number) : Json(name));
  }
  return {{"labels", std::move(labels)}};
}

/// Each array's bytes.
Json npz_json(const std::filesystem::path& path) {
  const NpzFile file(path);
  Json json = Json::object();
  for (const std::string& name : file.names()) {
    std::string digits;
    for (const std::uint8_t byte : file.read(name)) {
      digits += fmt::format("{:02x}", byte);
    }
    json[name] = digits;
  }
  return json;
}

Json read(const std::string& kind, const std::filesystem::path& path) {
  if (kind == "npz") {
    return npz_json(path);
  }
  if (kind == "image") {
    return image_json(path);
  }
  if (kind == "labels") {
    return labels_json(read_npy_labels(path));
  }
  if (kind == "dialect") {
    return table_json(path, MissingValues::mean, dialect_of(path));
  }
  const MissingValues missing = kind.starts_with("filled") ? MissingValues::mean : MissingValues::error;
  return kind.ends_with("table") ? table_json(path, missing) : features_json(read_npy_features(path, missing, 1, {}));
}

Json answer(const std::string& kind, const std::filesystem::path& path) {
  try {
    return read(kind, path);
  } catch (const Error& error) {
    return {{"error", plain(error.what())}};
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
