#include "data/table/schema.h"

#include <fmt/format.h>

#include "data/shown_text.h"

namespace strata {

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
