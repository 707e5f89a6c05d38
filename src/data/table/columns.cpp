#include "data/table/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "core/error.h"
#include "core/nearest.h"
#include "core/number.h"
#include "data/shown_text.h"

namespace strata {

namespace {

constexpr std::string_view kLabelOption = "‹label_column›";
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

constexpr std::string_view kCategoryOption = "‹category_columns›";
constexpr std::string_view kDateOption = "‹date_columns›";
constexpr std::string_view kTargetOption = "‹target_columns›";
constexpr std::string_view kLabelsOption = "‹label_columns›";

/// Throws if a request names what is to be learnt in two ways.
void check_targets(const ColumnRoles& given) {
  const std::pair<std::string_view, bool> ways[] = {{kTargetOption, !given.targets.empty()},
                                                    {kLabelsOption, !given.labels.empty()},
                                                    {kLabelOption, !given.label.empty()},
                                                    {"‹label_separator›", !given.label_separator.empty()}};
  const auto* const first = std::ranges::find(ways, true, &std::pair<std::string_view, bool>::second);
  const bool numbers_or_flags = !given.targets.empty() || !given.labels.empty();
  for (const auto* way = first; numbers_or_flags && way != std::end(ways); ++way) {
    if (way != first && way->second) {
      throw usage_error("{} contradicts {}: a network learns one or the other; drop one of the two", way->first,
                        first->first);
    }
  }
}

/// The columns' names.
std::vector<std::string> assign_all(Roles& roles, std::string_view option, const std::vector<std::string>& columns) {
  std::vector<std::string> names;
  for (const std::string& column : columns) {
    const std::string name = roles.assign(option, column);
    if (std::ranges::find(names, name) != names.end()) {
      throw usage_error("{} {}: the column {} is there already; expected it once", option, column, shown(name));
    }
    names.push_back(name);
  }
  return names;
}

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
        "give its index, from 0, as {}, or of numbers to learn as {}, or say ‹header› yes if the first line names the "
        "columns",
        head.body.name, head.columns(), kLabelOption, kTargetOption);
  }
  throw usage_error(
      "{}: {}; expected exactly one called label, class or target; name it by {}, or numbers to learn by {}. Its "
      "columns are {}",
      head.body.name,
      candidates.empty() ? "no column has the name of a label"
                         : fmt::format("{} may be the label", shown_names(candidates)),
      kLabelOption, kTargetOption, shown_names(head.names));
}

std::vector<FeatureColumn> feature_columns(const TableHead& head, const Roles& roles) {
  std::vector<FeatureColumn> features;
  for (std::size_t i = 0; i < head.columns(); ++i) {
    const std::string_view option = roles.option_of(i);
    if (option.empty() || option == kCategoryOption || option == kDateOption) {
      features.push_back(
          {.name = head.names[i], .categorical = option == kCategoryOption, .date = option == kDateOption});
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
  if (!schema.has_header()) {
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

/// Of what is to be learnt; place(name, required, column) finds the columns.
template <class Place>
void plan_targets(const TableSchema& schema, TablePlan& plan, const Place& place) {
  const TargetKind kind = schema.target_kind();
  plan.label_separator = schema.label_separator;
  plan.target_names = kind == TargetKind::numbers ? schema.targets : schema.labels;
  for (std::size_t i = 0; i < plan.target_names.size(); ++i) {
    place(plan.target_names[i], true, {kind == TargetKind::numbers ? ColumnUse::target : ColumnUse::flag, i});
  }
  if (plan.target_names.empty()) {
    place(schema.label, true, {kind == TargetKind::labels ? ColumnUse::tags : ColumnUse::label});
  }
}

/// The columns that the request gives a role but features.
TableSchema given_roles(Roles& roles, const ColumnRoles& given) {
  check_targets(given);
  TableSchema schema;
  schema.targets = assign_all(roles, kTargetOption, given.targets);
  schema.labels = assign_all(roles, kLabelsOption, given.labels);
  schema.label_separator = given.label_separator;
  if (!given.label.empty()) {
    schema.label = roles.assign(kLabelOption, given.label);
  }
  for (const std::string& name : given.ignored) {
    roles.assign("‹ignore_columns›", name);
  }
  if (!given.id.empty()) {
    schema.id = roles.assign("‹id_column›", given.id);
  }
  if (!given.weight.empty()) {
    schema.weight = roles.assign("‹weight_column›", given.weight);
  }
  for (const std::string& name : given.categories) {
    roles.assign(kCategoryOption, name);
  }
  for (const std::string& name : given.dates) {
    roles.assign(kDateOption, name);
  }
  return schema;
}

}  // namespace

TableDialect settled_dialect(TableDialect dialect, const TableHead& head) {
  dialect.header = head.header ? HeaderLine::yes : HeaderLine::no;
  dialect.delimiter = entry_of_character(head.body.delimiter).value;
  dialect.usual_delimiter = Delimiter::automatic;
  dialect.decimal = dialect.decimal == DecimalMark::comma ? DecimalMark::comma : DecimalMark::open;
  return dialect;
}

TableSchema assign_roles(const TableHead& head, const ColumnRoles& given, const TableDialect& dialect) {
  Roles roles(head);
  TableSchema schema = given_roles(roles, given);
  schema.dialect = settled_dialect(dialect, head);
  if (given.label.empty() && schema.targets.empty() && schema.labels.empty()) {
    schema.label = roles.assign(kLabelOption, find_label(head, roles));
  }
  schema.features = feature_columns(head, roles);
  return schema;
}

std::vector<std::string_view> options_of_columns(const TableHead& head, const ColumnRoles& given) {
  Roles roles(head);
  given_roles(roles, given);
  std::vector<std::string_view> options;
  for (std::size_t i = 0; i < head.columns(); ++i) {
    options.push_back(roles.option_of(i));
  }
  return options;
}

void TablePlan::set_tags(const std::vector<std::string>& labels) {
  target_names = labels;
  tags = NameIndex(labels);
}

bool TablePlan::has(ColumnUse use) const {
  return std::ranges::any_of(columns, [&](const PlannedColumn& column) { return column.use == use; });
}

TablePlan plan_table(const TableHead& head, const TableSchema& schema, LabelUse labels, const TableOptions& options) {
  TablePlan plan;
  plan.columns.resize(head.columns());
  plan.names = head.names;
  plan.options = options;
  plan.options.dialect = settled_dialect(options.dialect, head);
  plan.values = FieldValues(plan.options.dialect);
  const auto places = places_of(head, schema.has_header() && head.header);
  std::vector<std::string> missing;
  const auto place = [&](const std::string& name, bool required, const PlannedColumn& column) {
    if (const auto found = places.find(name); found != places.end()) {
      plan.columns[found->second] = column;
    } else if (required) {
      missing.push_back(name);
    }
  };
  for (const FeatureColumn& feature : schema.features) {
    const double offset = options.offsets.empty() ? 0.0 : options.offsets[plan.features];
    place(feature.name, true,
          {feature.categorical                               ? ColumnUse::category
           : feature.date                                    ? ColumnUse::date
           : offset == 0 && plan.values.take_plain_numbers() ? ColumnUse::number
                                                             : ColumnUse::other_number,
           plan.features, plan.categories.size(), offset});
    plan.features += feature.width();
    if (feature.categorical) {
      plan.categories.emplace_back(feature.categories);
    }
  }
  if (labels == LabelUse::read) {
    plan_targets(schema, plan, place);
  }
  place(schema.id, false, {ColumnUse::id});
  place(schema.weight, false, {ColumnUse::weight});
  if (!missing.empty() || (schema.has_header() && !head.header)) {
    reject_missing(head, schema, missing);
  }
  return plan;
}

TableOptions options_for_model(const TableSchema& schema, TableOptions options) {
  options.dialect = dialect_for_model(schema.dialect, options.dialect);
  return options;
}

TablePlan plan_for_model(const TableHead& head, const TableSchema& schema, const std::vector<std::string>& class_names,
                         LabelUse labels, const TableOptions& options) {
  TablePlan plan = plan_table(head, schema, labels, options);
  if (schema.label_separator.empty()) {
    plan.classes.emplace(class_names, options.dialect.labels);
  } else if (labels == LabelUse::read) {
    plan.set_tags(class_names);
  }
  return plan;
}

}  // namespace strata
