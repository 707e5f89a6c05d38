#include "cli/data_info.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "cli/progress_line.h"
#include "cli/text_table.h"
#include "data/idx.h"
#include "io/evaluation_json.h"

namespace strata::cli {

namespace {

using Json = nlohmann::ordered_json;

/// What a feature's values are, over all rows of a part.
struct FeatureRange {
  double minimum = std::numeric_limits<double>::infinity();
  double maximum = -std::numeric_limits<double>::infinity();
  std::size_t missing = 0;
};

template <class T>
std::vector<FeatureRange> feature_ranges(const MatrixView<const T>& matrix) {
  std::vector<FeatureRange> ranges(matrix.columns());
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    for (std::size_t f = 0; f < matrix.columns(); ++f) {
      const auto value = static_cast<double>(matrix(row, f));
      ranges[f].missing += std::isnan(value) ? 1U : 0U;
      ranges[f].minimum = std::min(ranges[f].minimum, value);  // the first operand of two that do not compare
      ranges[f].maximum = std::max(ranges[f].maximum, value);
    }
  }
  return ranges;
}

std::vector<FeatureRange> feature_ranges(const Dataset& data) {
  return data.values.empty() ? feature_ranges<std::uint8_t>({data.pixels.data(), data.rows(), data.features})
                             : feature_ranges<float>({data.values.data(), data.rows(), data.features});
}

Json range_json(std::span<const FeatureRange> ranges) {
  FeatureRange all;
  std::size_t constant = 0;
  for (const FeatureRange& range : ranges) {
    all.minimum = std::min(all.minimum, range.minimum);
    all.maximum = std::max(all.maximum, range.maximum);
    all.missing += range.missing;
    constant += range.minimum >= range.maximum ? 1U : 0U;
  }
  return {{"minimum", all.minimum}, {"maximum", all.maximum}, {"constant", constant}, {"missing", all.missing}};
}

Json classes_json(const DataSource& source) {
  std::vector<Json> classes;
  for (std::size_t c = 0; c < source.classes; ++c) {
    classes.push_back({{"name", class_name(source.class_names, c)}});
  }
  const auto count = [&](const char* part, const Dataset& data) {
    std::vector<std::size_t> counts(source.classes);
    for (const std::uint32_t label : data.labels) {
      ++counts[label];
    }
    for (std::size_t c = 0; c < source.classes && data.rows() > 0; ++c) {
      classes[c][part] = counts[c];
    }
  };
  count("train", source.train);
  count("validation", source.validation);
  count("test", source.test);
  return classes;
}

/// A table's columns of features, whose ranges stand side by side in `ranges`.
Json columns_json(const TableSchema& table, std::span<const FeatureRange> ranges) {
  Json columns = Json::array();
  std::size_t feature = 0;
  for (const FeatureColumn& column : table.features) {
    Json json{{"name", column.name}, {"role", column.categorical ? "category" : "number"}};
    if (column.categorical) {
      json["categories"] = column.categories;
    } else {
      const FeatureRange& range = ranges[feature];
      json.update({{"minimum", range.minimum}, {"maximum", range.maximum}, {"missing", range.missing}});
    }
    feature += column.width();
    columns.push_back(std::move(json));
  }
  for (const auto& [role, name] :
       {std::pair{"label", table.label}, std::pair{"id", table.id}, std::pair{"weight", table.weight}}) {
    if (!name.empty()) {
      columns.push_back({{"name", name}, {"role", role}});
    }
  }
  return columns;
}

std::string line(std::string_view name, const std::string& text) { return fmt::format("{:<11}{}\n", name, text); }

std::string rows_text(const Json& rows) {
  std::string text;
  for (const auto& [part, count] : rows.items()) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", grouped_digits(count), part);
  }
  return text;
}

std::string number_text(const Json& number) {
  return number.is_null() ? "-" : fmt::format("{:g}", number.get<double>());
}

std::string range_text(const Json& range) {
  std::string text =
      fmt::format("{} to {} in the training rows", number_text(range["minimum"]), number_text(range["maximum"]));
  for (const auto& [key, words] :
       {std::pair{"constant", "constant features"}, std::pair{"missing", "missing values"}}) {
    if (range[key] != 0) {
      text += fmt::format(", {} {}", grouped_digits(range[key]), words);
    }
  }
  return text;
}

std::string classes_table(const Json& classes, const Json& parts) {
  constexpr std::size_t kMost = 100;
  constexpr std::size_t kNameWidth = 40;
  std::vector<std::vector<std::string>> rows{{"class"}};
  for (const auto& [part, count] : parts.items()) {
    rows.front().push_back(part);
  }
  for (const Json& one : classes) {
    std::vector<std::string> row{shortened(one["name"].get<std::string>(), kNameWidth)};
    for (const auto& [part, count] : parts.items()) {
      row.push_back(grouped_digits(one[part]));
    }
    rows.push_back(std::move(row));
    if (rows.size() > kMost) {
      break;
    }
  }
  return aligned(rows, Alignment::numbers) +
         (classes.size() > kMost ? fmt::format("and {} more classes; --json has all\n", classes.size() - kMost) : "");
}

std::string columns_table(const Json& columns) {
  constexpr std::size_t kNameWidth = 30;
  std::vector<std::vector<std::string>> rows{{"column", "role", "from", "to", "missing"}};
  for (const Json& column : columns) {
    std::vector<std::string> row{shortened(column["name"].get<std::string>(), kNameWidth),
                                 column["role"].get<std::string>()};
    if (column.contains("categories")) {
      row.back() += fmt::format(", {} values", column["categories"].size());
    }
    for (const char* key : {"minimum", "maximum"}) {
      row.push_back(column.contains(key) ? number_text(column[key]) : "");
    }
    row.push_back(column.contains("missing") ? grouped_digits(column["missing"]) : "");
    rows.push_back(std::move(row));
  }
  return aligned(rows);
}

}  // namespace

Json data_info(const std::string& path, const DataSource& source) {
  const std::vector<FeatureRange> ranges = feature_ranges(source.train);
  Json rows{{"train", source.train.rows()}};
  for (const auto& [part, data] : {std::pair{"validation", &source.validation}, std::pair{"test", &source.test}}) {
    if (data->rows() > 0) {
      rows[part] = data->rows();
    }
  }
  Json info{{"data", path},
            {"rows", std::move(rows)},
            {"features", source.train.features},
            {"sample_shape", source.train.sample_shape},
            {"type", source.train.values.empty() ? "uint8" : "float32"},
            {"range", range_json(ranges)},
            {"classes", classes_json(source)}};
  if (source.table) {
    info["columns"] = columns_json(*source.table, ranges);
  }
  return info;
}

std::string data_info_text(const Json& info) {
  std::string text = line("data", info["data"]) + line("rows", rows_text(info["rows"]));
  const auto shape = info["sample_shape"].get<std::vector<std::size_t>>();
  text += line("features", fmt::format("{}{}, {}", grouped_digits(info["features"]),
                                       shape.empty() ? "" : fmt::format(" ({})", shape_text(shape)),
                                       info["type"].get<std::string>()));
  text += line("range", range_text(info["range"])) + line("classes", grouped_digits(info["classes"].size())) + '\n';
  text += classes_table(info["classes"], info["rows"]);
  return info.contains("columns") ? text + '\n' + columns_table(info["columns"]) : text;
}

}  // namespace strata::cli
