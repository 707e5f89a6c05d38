#include "data/table/schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "data/shown_text.h"

namespace strata {

const DelimiterEntry& entry_of(Delimiter delimiter) {
  return *std::ranges::find(kDelimiters, delimiter, &DelimiterEntry::value);
}

const DelimiterEntry& entry_of_character(char delimiter) {
  return *std::ranges::find(kDelimiters, delimiter, &DelimiterEntry::character);
}

TableDialect overruled(TableDialect dialect, const TableDialect& asked) {
  const TableDialect open;
  const auto overrule = [&](auto member) {
    if (asked.*member != open.*member) {
      dialect.*member = asked.*member;
    }
  };
  overrule(&TableDialect::header);
  overrule(&TableDialect::labels);
  overrule(&TableDialect::delimiter);
  overrule(&TableDialect::decimal);
  overrule(&TableDialect::comment);
  overrule(&TableDialect::missing_values);
  return dialect;
}

TableDialect dialect_for_model(const TableDialect& training, const TableDialect& asked) {
  TableDialect dialect = overruled(training, asked);
  dialect.delimiter = asked.delimiter;
  dialect.usual_delimiter = training.delimiter;
  return dialect;
}

std::string dialect_text(const TableDialect& dialect) {
  std::vector<std::string> parts;
  if (dialect.delimiter != Delimiter::automatic) {
    parts.push_back(fmt::format("{} between fields", entry_of(dialect.delimiter).plural));
  }
  if (dialect.decimal == DecimalMark::comma) {
    parts.emplace_back("decimal commas");
  }
  if (dialect.comment != '\0') {
    parts.push_back(fmt::format("comments behind {}", dialect.comment));
  }
  if (!dialect.missing_values.empty()) {
    parts.push_back(fmt::format("missing are {}", shown_names(dialect.missing_values)));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

void check_dialect(const TableDialect& dialect) {
  if (dialect.comment == '\0') {
    return;
  }
  if (dialect.delimiter != Delimiter::automatic && dialect.comment == entry_of(dialect.delimiter).character) {
    throw usage_error("‹comment› {} contradicts ‹delimiter› {}: it stands between fields; give another",
                      dialect.comment, entry_of(dialect.delimiter).name);
  }
  if (dialect.comment == ',' && dialect.decimal == DecimalMark::comma) {
    throw usage_error("‹comment› , contradicts ‹decimal› comma: it stands in numbers; give another");
  }
}

std::string learnt_columns(const TableSchema& table) {
  if (table.target_kind() == TargetKind::numbers) {
    return fmt::format("targets {}", shown_names(table.targets));
  }
  if (!table.labels.empty()) {
    return fmt::format("labels {}", shown_names(table.labels));
  }
  return table.label_separator.empty()
             ? fmt::format("label {}", shown(table.label))
             : fmt::format("labels in {} between {}", shown(table.label), shown(table.label_separator));
}

}  // namespace strata
