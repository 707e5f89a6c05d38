#include "data/table/look.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_set>

#include "core/error.h"
#include "data/table/columns.h"
#include "data/table/date.h"
#include "data/table/field.h"
#include "data/table/field_values.h"

namespace strata {

namespace {

TableDialect with_decimal_comma(TableDialect dialect) {
  dialect.decimal = DecimalMark::comma;
  return dialect;
}

/// Looks at the fields of one column, from its first row to its last.
class ColumnGaze {
 public:
  ColumnGaze(const FieldValues& values, const FieldValues& with_comma) : values_(values), with_comma_(with_comma) {}

  void see(std::string_view text, ColumnLook& look) {
    look.empty_fields += text.empty() ? 1 : 0;
    const std::optional<float> number = values_.number(text);
    if (values_.is_missing_number(text) || (number && !std::isfinite(*number))) {
      ++look.missing;
      return;
    }
    if (distinct_.size() < ColumnLook::kMostValues) {
      distinct_.insert(std::string(text));
      look.values = distinct_.size();
    }
    look.comma_numbers += with_comma_.number(text) ? 1 : 0;
    if (number) {
      see_number(*number, values_.exact(text), look);
    } else {
      see_text(text, look);
    }
  }

 private:
  void see_number(float number, double exact, ColumnLook& look) {
    const double value = number;
    look.minimum = look.numbers == 0 ? value : std::min(look.minimum, value);
    look.maximum = look.numbers == 0 ? value : std::max(look.maximum, value);
    look.counts = look.counts && exact == std::floor(exact) && (look.numbers == 0 || exact == last_ + 1);
    last_ = exact;
    ++look.numbers;
  }
  static void see_text(std::string_view text, ColumnLook& look) {
    constexpr std::size_t kMostOdd = 4;
    look.counts = false;
    if (days_of_date(text)) {
      ++look.dates;
      return;
    }
    ++look.texts;
    if (look.odd_texts.size() < kMostOdd && std::ranges::find(look.odd_texts, text) == look.odd_texts.end()) {
      look.odd_texts.emplace_back(text);
    }
  }

  const FieldValues& values_;
  const FieldValues& with_comma_;
  std::unordered_set<std::string> distinct_;
  double last_ = 0;
};

/// Throws the fault at which the records end too early.
void see_fields(const TableText& table, std::size_t columns,
                const std::function<void(std::size_t, std::string_view)>& see) {
  FieldCursor cursor(table, table.text);
  while (!cursor.at_end()) {
    for (std::size_t column = 0; column < columns; ++column) {
      const std::string_view text = cursor.next();
      if (cursor.record_ended() != (column + 1 == columns)) {
        throw data_error("{}: a line has more or fewer than {} fields; expected as many as on the first line",
                         table.name, columns);
      }
      see(column, text);
    }
  }
}

}  // namespace

ColumnKind ColumnLook::kind() const {
  constexpr std::size_t kMostMarks = 3;
  if (present() == 0) {
    return ColumnKind::empty;
  }
  if (numbers == present()) {
    return ColumnKind::numbers;
  }
  if (dates == present()) {
    return ColumnKind::dates;
  }
  if (comma_numbers == present()) {
    return ColumnKind::comma_numbers;
  }
  if (numbers > texts + dates && dates == 0 && odd_texts.size() <= kMostMarks && 2 * odd_texts.size() <= numbers) {
    return ColumnKind::marked_numbers;
  }
  if (values == present() && numbers == 0) {
    return ColumnKind::unique_texts;
  }
  const bool repeat = 2 * values <= present();
  return repeat ? ColumnKind::names : numbers > 0 ? ColumnKind::mixed : ColumnKind::texts;
}

std::string_view kind_text(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::empty:
      return "empty";
    case ColumnKind::numbers:
      return "numbers";
    case ColumnKind::comma_numbers:
      return "decimal commas";
    case ColumnKind::dates:
      return "dates";
    case ColumnKind::marked_numbers:
      return "numbers and words";
    case ColumnKind::names:
      return "names";
    case ColumnKind::texts:
      return "texts";
    case ColumnKind::unique_texts:
      return "a text each";
    case ColumnKind::mixed:
      return "numbers and texts";
  }
  return "";
}

TableLook look_at_columns(const TableHead& head, const ColumnRoles& roles, const TableDialect& dialect) {
  const std::vector<std::string_view> options = options_of_columns(head, roles);
  const FieldValues values(dialect);
  const FieldValues with_comma(with_decimal_comma(dialect));
  TableLook look{.name = head.body.name, .header = head.header, .dialect = settled_dialect(dialect, head)};
  std::vector<ColumnGaze> gazes(head.columns(), ColumnGaze(values, with_comma));
  for (std::size_t i = 0; i < head.columns(); ++i) {
    look.columns.push_back({.name = head.names[i], .option = options[i]});
  }
  see_fields(head.body, head.columns(), [&](std::size_t column, std::string_view text) {
    gazes[column].see(text, look.columns[column]);
    look.rows += column == 0 ? 1 : 0;
  });
  return look;
}

}  // namespace strata
