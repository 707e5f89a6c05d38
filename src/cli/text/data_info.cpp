// What info.h says of data.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "cli/text/info.h"
#include "core/figure.h"
#include "core/text.h"
#include "data/formats/idx.h"

namespace strata::cli {

namespace {

using Json = nlohmann::ordered_json;

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

std::string targets_table(const Json& targets) {
  std::vector<std::vector<std::string>> rows{{"target", "from", "to"}};
  if (targets.front().contains("rows")) {
    rows.front() = {"label", "rows"};
  }
  for (const Json& target : targets) {
    constexpr std::size_t kNameWidth = 40;
    std::vector<std::string> row{shortened(target["name"].get<std::string>(), kNameWidth)};
    if (target.contains("rows")) {
      row.push_back(grouped_digits(target["rows"]));
    } else {
      row.push_back(number_text(target["minimum"]));
      row.push_back(number_text(target["maximum"]));
    }
    rows.push_back(std::move(row));
  }
  return aligned(rows, Alignment::numbers);
}

/// How line 1 and the fields of a table were taken.
std::string form_text(const Json& info) {
  return labelled_line(
             11, "header",
             info["header"].get<bool>() ? "line 1 names the columns" : "none: line 1 is a row, columns go by index") +
         labelled_line(11, "dialect", info["dialect"].get<std::string>());
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
      row.push_back(!column.contains(key)     ? ""
                    : column[key].is_string() ? column[key].get<std::string>()
                                              : number_text(column[key]));
    }
    row.push_back(column.contains("missing") ? grouped_digits(column["missing"]) : "");
    rows.push_back(std::move(row));
  }
  return aligned(rows);
}

/// The categories of each column, the most frequent first, with the rows that have them.
std::string categories_text(const Json& columns) {
  constexpr std::size_t kMost = 10;
  constexpr std::size_t kNameWidth = 30;
  std::string text;
  for (const Json& column : columns) {
    if (!column.contains("counts")) {
      continue;
    }
    std::vector<std::pair<std::size_t, std::string>> found;
    for (std::size_t c = 0; c < column["counts"].size(); ++c) {
      found.emplace_back(column["counts"][c].get<std::size_t>(), column["categories"][c].get<std::string>());
    }
    std::ranges::stable_sort(found, std::greater<>(), &std::pair<std::size_t, std::string>::first);
    text += fmt::format("{}: ", shortened(column["name"].get<std::string>(), kNameWidth));
    for (std::size_t i = 0; i < std::min(found.size(), kMost); ++i) {
      text += fmt::format("{}{} {}", i == 0 ? "" : ", ", shortened(found[i].second, kNameWidth),
                          grouped_digits(found[i].first));
    }
    text += found.size() > kMost ? fmt::format(", … ({} in all; --json has all)\n", found.size()) : "\n";
  }
  return text;
}

}  // namespace

std::string data_info_text(const Json& info) {
  std::string text = labelled_line(11, "data", info["data"]) + labelled_line(11, "rows", rows_text(info["rows"]));
  const auto shape = info["sample_shape"].get<std::vector<std::size_t>>();
  text += labelled_line(
      11, "features",
      fmt::format("{}{}, {}", grouped_digits(info["features"]),
                  shape.empty() ? "" : fmt::format(" ({})", shape_text(shape)), info["type"].get<std::string>()));
  if (info.contains("header")) {
    text += form_text(info);
  }
  text += labelled_line(11, "range", range_text(info["range"]));
  if (info.contains("classes")) {
    text += labelled_line(11, "classes", grouped_digits(info["classes"].size())) + '\n' +
            classes_table(info["classes"], info["rows"]);
  } else {
    text +=
        labelled_line(11, "targets", grouped_digits(info["targets"].size())) + '\n' + targets_table(info["targets"]);
  }
  if (info.contains("columns")) {
    text += '\n' + columns_table(info["columns"]);
    const std::string categories = categories_text(info["columns"]);
    text += categories.empty() ? "" : '\n' + categories;
  }
  text += info["notes"].empty() ? "" : "\n";
  for (const Json& note : info["notes"]) {
    text += note.get<std::string>() + '\n';
  }
  return text;
}

std::string look_info_text(const Json& info) {
  constexpr std::size_t kNameWidth = 30;
  constexpr std::size_t kExampleWidth = 20;
  std::vector<std::vector<std::string>> rows{{"column", "holds", "values", "missing", "from", "to", "given as"}};
  for (const Json& column : info["columns"]) {
    std::vector<std::string> row{shortened(column["name"].get<std::string>(), kNameWidth), column["holds"],
                                 grouped_digits(column["values"]), grouped_digits(column["missing"])};
    for (const char* key : {"minimum", "maximum"}) {
      row.push_back(column.contains(key) ? number_text(column[key]) : "");
    }
    if (column.contains("examples") && !column.contains("minimum")) {
      row[4] = shortened(column["examples"].front().get<std::string>(), kExampleWidth);
    }
    row.push_back(column.value("option", ""));
    rows.push_back(std::move(row));
  }
  std::string text = labelled_line(11, "data", info["data"]) + labelled_line(11, "rows", rows_text(info["rows"])) +
                     form_text(info) + '\n' + aligned(rows) + '\n';
  for (const char* lines : {"problems", "notes"}) {
    for (const Json& line : info[lines]) {
      text += line.get<std::string>() + '\n';
    }
  }
  return info.contains("command") ? text + "\ntry: " + info["command"].get<std::string>() + '\n' : text;
}

}  // namespace strata::cli
