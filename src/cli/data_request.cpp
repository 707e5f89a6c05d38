#include "cli/data_request.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/choices.h"
#include "core/error.h"

namespace strata::cli {

namespace {

std::optional<std::filesystem::path> optional_path(const Arguments& arguments, std::string_view option) {
  return arguments.given(option) ? std::optional<std::filesystem::path>(arguments.text(option)) : std::nullopt;
}

std::string column(const Arguments& arguments, std::string_view option) {
  return arguments.given(option) ? arguments.text(option) : std::string();
}

std::vector<std::string> columns(const Arguments& arguments, std::string_view option) {
  std::vector<std::string> names;
  if (!arguments.given(option)) {
    return names;
  }
  const std::string& text = arguments.text(option);
  for (std::size_t first = 0; first <= text.size();) {
    const std::size_t comma = std::min(text.find(',', first), text.size());
    names.push_back(text.substr(first, comma - first));
    first = comma + 1;
    if (names.back().empty()) {
      throw usage_error("--{}: expected names or indices of columns as COLUMN,COLUMN,…, found '{}'", option, text);
    }
  }
  return names;
}

template <class Table>
auto chosen(const Arguments& arguments, std::string_view option, const Table& table) {
  return arguments.given(option) ? entry_named(table, arguments.text(option)).value : table.front().value;
}

}  // namespace

DataRequest data_request(const Arguments& arguments) {
  DataRequest request{.data = arguments.text("data")};
  request.labels = optional_path(arguments, "labels");
  request.validation_data = optional_path(arguments, "validation-data");
  request.validation_labels = optional_path(arguments, "validation-labels");
  request.test_data = optional_path(arguments, "test-data");
  request.test_labels = optional_path(arguments, "test-labels");
  request.missing = chosen(arguments, "missing", kMissingValues);
  request.roles = {.label = column(arguments, "label-column"),
                   .ignored = columns(arguments, "ignore-columns"),
                   .id = column(arguments, "id-column"),
                   .weight = column(arguments, "weight-column"),
                   .categories = columns(arguments, "category-columns")};
  request.header = chosen(arguments, "header", kHeaderLines);
  request.unseen = chosen(arguments, "unseen-categories", kUnseenCategories);
  return request;
}

}  // namespace strata::cli
