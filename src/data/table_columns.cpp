#include "data/table_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "core/error.h"
#include "core/nearest.h"
#include "core/number.h"

namespace strata {

namespace {

constexpr std::string_view kLabelOption = "--label-column";
constexpr std::array<std::string_view, 3> kLabelNames = {"label", "class", "target"};

bool is_label_name(std::string_view name) {
  const auto equal = [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b); };
  return std::ranges::any_of(kLabelNames,
                             [&](std::string_view label) { return std::ranges::equal(name, label, equal); });
}

std::string nearest_column(std::string_view name, const std::vector<std::string>& names) {
  return nearest_name(name, std::vector<std::string_view>(names.begin(), names.end()));
}

/// By name, else by index.
std::size_t find_column(const TableHead& head, std::string_view option, const std::string& name) {
  if (const auto found = std::ranges::find(head.names, name); found != head.names.end()) {
    return static_cast<std::size_t>(found - head.names.begin());
  }
  if (const auto index = parse_number<std::size_t>(name); index && *index < head.columns()) {
    return *index;
  }
  throw usage_error("{} {}: {} has no such column; did you mean {}? Its columns are {}", option, name, head.body.name,
                    shown(nearest_column(name, head.names)), shown_names(head.names));
}

/// The option that gave each column its role; empty: none did.
class Roles {
 public:
  explicit Roles(const TableHead& head) : head_(head), option_of_(head.columns()) {}

  /// The column's name.
  std::string assign(std::string_view option, const std::string& name) {
    const std::size_t column = find_column(head_, option, name);
    std::string_view& taken = option_of_[column];
    if (!taken.empty() && taken != option) {
      throw usage_error("{} {}: {} takes the column {} of {} too; expected one role a column; drop one of the two",
                        option, name, taken, shown(head_.names[column]), head_.body.name);
    }
    taken = option;
    return head_.names[column];
  }

  std::string_view option_of(std::size_t column) const { return option_of_[column]; }

 private:
  const TableHead& head_;
  std::vector<std::string_view> option_of_;
};

constexpr std::string_view kCategoryOption = "--category-columns";

/// The one free column with a label's name.
std::string find_label(const TableHead& head, const Roles& roles) {
  std::vector<std::string> candidates;
  for (std::size_t i = 0; i < head.columns(); ++i) {
    if (head.header && roles.option_of(i).empty() && is_label_name(head.names[i])) {
      candidates.push_back(head.names[i]);
    }
  }
  if (candidates.size() == 1) {
    return candidates.front();
  }
  if (!head.header) {
    throw usage_error(
        "{}: has no header (its first line has numbers), and {} columns; expected to be told which holds the labels; "
        "give its index, from 0, as {}, or say --header yes if the first line names the columns",
        head.body.name, head.columns(), kLabelOption);
  }
  throw usage_error("{}: {}; expected exactly one called label, class or target; name it by {}. Its columns are {}",
                    head.body.name,
                    candidates.empty() ? "no column has the name of a label"
                                       : fmt::format("{} may be the label", shown_names(candidates)),
                    kLabelOption, shown_names(head.names));
}

std::vector<FeatureColumn> feature_columns(const TableHead& head, const Roles& roles) {
  std::vector<FeatureColumn> features;
  for (std::size_t i = 0; i < head.columns(); ++i) {
    if (roles.option_of(i).empty() || roles.option_of(i) == kCategoryOption) {
      features.push_back({head.names[i], !roles.option_of(i).empty()});
    }
  }
  if (features.empty()) {
    throw data_error("{}: no column is left for features; expected at least one; its columns are {}", head.body.name,
                     shown_names(head.names));
  }
  return features;
}

/// The table's columns by name, or by index if the schema is of a table without a header.
std::map<std::string, std::size_t, std::less<>> places_of(const TableHead& head, bool by_name) {
  std::map<std::string, std::size_t, std::less<>> places;
  for (std::size_t i = 0; i < head.columns(); ++i) {
    places[by_name ? head.names[i] : std::to_string(i)] = i;
  }
  return places;
}

[[noreturn]] void reject_missing(const TableHead& head, const TableSchema& schema,
                                 const std::vector<std::string>& missing) {
  if (!schema.header) {
    throw data_error("{}: has {} columns, and none at the index {}; expected the columns of training in their places",
                     head.body.name, head.columns(), shown_names(missing));
  }
  if (!head.header) {
    throw data_error("{}: has no header; expected a first line with the names {}, as in training", head.body.name,
                     shown_names(missing));
  }
  throw data_error("{}: lacks the column {}, which training had; the nearest is {}; rename a column, or add it",
                   head.body.name, shown_names(missing), shown(nearest_column(missing.front(), head.names)));
}

}  // namespace

TableSchema assign_roles(const TableHead& head, const ColumnRoles& given) {
  Roles roles(head);
  TableSchema schema;
  schema.header = head.header;
  if (!given.label.empty()) {
    schema.label = roles.assign(kLabelOption, given.label);
  }
  for (const std::string& name : given.ignored) {
    roles.assign("--ignore-columns", name);
  }
  if (!given.id.empty()) {
    schema.id = roles.assign("--id-column", given.id);
  }
  if (!given.weight.empty()) {
    schema.weight = roles.assign("--weight-column", given.weight);
  }
  for (const std::string& name : given.categories) {
    roles.assign(kCategoryOption, name);
  }
  if (given.label.empty()) {
    schema.label = roles.assign(kLabelOption, find_label(head, roles));
  }
  schema.features = feature_columns(head, roles);
  return schema;
}

bool TablePlan::has(ColumnUse use) const {
  return std::ranges::any_of(columns, [&](const PlannedColumn& column) { return column.use == use; });
}

TablePlan plan_table(const TableHead& head, const TableSchema& schema, LabelUse labels, const TableOptions& options) {
  TablePlan plan;
  plan.columns.resize(head.columns());
  plan.names = head.names;
  plan.options = options;
  const auto places = places_of(head, schema.header && head.header);
  std::vector<std::string> missing;
  const auto place = [&](const std::string& name, bool required, const PlannedColumn& column) {
    if (const auto found = places.find(name); found != places.end()) {
      plan.columns[found->second] = column;
    } else if (required) {
      missing.push_back(name);
    }
  };
  for (const FeatureColumn& feature : schema.features) {
    place(feature.name, true,
          {feature.categorical ? ColumnUse::category : ColumnUse::number, plan.features, plan.categories.size()});
    plan.features += feature.width();
    if (feature.categorical) {
      plan.categories.emplace_back(feature.categories);
    }
  }
  if (labels == LabelUse::read) {
    place(schema.label, true, {ColumnUse::label});
  }
  place(schema.id, false, {ColumnUse::id});
  place(schema.weight, false, {ColumnUse::weight});
  if (!missing.empty() || (schema.header && !head.header)) {
    reject_missing(head, schema, missing);
  }
  return plan;
}

TablePlan plan_for_model(const TableHead& head, const TableSchema& schema, const std::vector<std::string>& class_names,
                         LabelUse labels, const TableOptions& options) {
  TablePlan plan = plan_table(head, schema, labels, options);
  plan.classes.emplace(class_names);
  return plan;
}

HeaderLine header_for(const TableSchema& schema, HeaderLine given) {
  return given == HeaderLine::automatic && schema.header ? HeaderLine::yes : given;
}

}  // namespace strata
