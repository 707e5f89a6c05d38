#include "io/name_checks.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "core/error.h"
#include "core/utf8.h"
#include "io/json_text.h"
#include "io/schema_json.h"

namespace strata {

namespace {

void require_utf8(const std::string& source, std::string_view what, const std::string& name) {
  if (!is_utf8(name)) {
    throw data_error(
        "{}: {} {} is not UTF-8, so that a model cannot keep it; convert the data, as by iconv -f latin1 -t utf8, or "
        "rename it",
        source, what, quoted_name(name));
  }
}

}  // namespace

void check_names_can_be_kept(const DataSource& source) {
  const std::string& from = source.train.source;
  for (const std::string& name : source.class_names) {
    require_utf8(from, "the class", name);
  }
  for (const std::string& name : source.train.target_names) {
    require_utf8(from, "the target", name);
  }
  if (source.table) {
    const TableSchema& table = *source.table;
    for (const std::string& name : {table.label, table.id, table.weight}) {
      require_utf8(from, "the column", name);
    }
    for (const FeatureColumn& column : table.features) {
      require_utf8(from, "the column", column.name);
      for (const std::string& category : column.categories) {
        require_utf8(from, fmt::format("in column {} the category", quoted_name(column.name)), category);
      }
    }
  }
  if (!parse_class_names(class_names_json(source.class_names))) {
    throw data_error("{}: a class is there twice, so that a model cannot tell them apart; rename one", from);
  }
  if (source.table && !parse_schema(schema_json(*source.table))) {
    throw data_error("{}: a column is there twice, so that a model cannot match them by name; rename one", from);
  }
}

}  // namespace strata
