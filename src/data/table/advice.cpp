#include "data/table/advice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "core/number.h"
#include "data/shown_text.h"

namespace strata {

namespace {

/// More are no classes by themselves.
constexpr std::size_t kMostClasses = 100;
constexpr std::size_t kMostNumberedClasses = 20;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

/// Whether a column of that name usually names the rows.
bool names_rows(std::string_view name) {
  constexpr std::array<std::string_view, 8> kNames{"id", "index", "idx", "row", "key", "uuid", "guid", "unnamed: 0"};
  const std::string lower = lower_case(name);
  return std::ranges::find(kNames, lower) != kNames.end() || lower.ends_with("_id") || lower.ends_with(" id") ||
         lower.ends_with("-id") || (lower.size() > 2 && name.ends_with("Id"));
}

/// How an option names a column: by its name, or where a list would cut that, by its index.
std::string reference(const TableLook& look, std::size_t column) {
  const std::string& name = look.columns[column].name;
  return name.empty() || name.find(',') != std::string::npos ? std::to_string(column) : name;
}

/// Whether a column of no role may be classes.
bool may_be_label(const ColumnLook& column) {
  const bool repeats = column.values >= 2 && 2 * column.values <= column.present();
  const ColumnKind kind = column.kind();
  return column.option.empty() && column.missing == 0 && repeats &&
         ((kind == ColumnKind::names && column.values <= kMostClasses) ||
          (kind == ColumnKind::numbers && column.values <= kMostNumberedClasses));
}

/// The column that is most likely the label: the last, or the first, or else the last of names. Of several with a
/// label's name only these count.
std::optional<std::size_t> likely_label(const TableLook& look) {
  const auto& columns = look.columns;
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].option.empty() && look.header && is_label_name(columns[i].name)) {
      candidates.push_back(i);
    }
  }
  if (!candidates.empty()) {
    return candidates.back();
  }
  if (may_be_label(columns.back())) {
    return columns.size() - 1;
  }
  if (may_be_label(columns.front())) {
    return 0;
  }
  for (std::size_t i = columns.size(); i-- > 0;) {
    if (may_be_label(columns[i]) && columns[i].kind() == ColumnKind::names) {
      return i;
    }
  }
  return std::nullopt;
}

bool is_learnt(std::string_view option) {
  return option == "‹label_column›" || option == "‹target_columns›" || option == "‹label_columns›";
}

/// A problem that some columns have, and what is said of it.
struct Problem {
  std::string text;    ///< behind the columns' names: "holds dates (‹date_columns›)"
  std::string plural;  ///< of several
  std::vector<std::string> columns{};
};

class Adviser {
 public:
  Adviser(const TableLook& look, const ColumnRoles& roles, const TableOptions& options)
      : roles_(roles), missing_(options.missing), dialect_(options.dialect) {
    advice_.look = look;
    decimal_comma_ =
        look.dialect.delimiter != Delimiter::comma && std::ranges::any_of(look.columns, [](const ColumnLook& column) {
          return column.kind() == ColumnKind::comma_numbers && column.option != "‹ignore_columns›";
        });
    has_id_ = !roles.id.empty();
  }

  TableAdvice advise() {
    choose_label();
    for (std::size_t i = 0; i < look().columns.size(); ++i) {
      consider(i);
    }
    if (decimal_comma_) {
      add("holds numbers with a decimal comma (‹decimal› comma)", "hold numbers with a decimal comma (‹decimal› comma)",
          comma_columns_);
    }
    for (const Problem& problem : problems_) {
      advice_.problems.push_back(fmt::format("{} {}", shown_names(problem.columns),
                                             problem.columns.size() == 1 ? problem.text : problem.plural));
    }
    write_remedy();
    return std::move(advice_);
  }

 private:
  const TableLook& look() const { return advice_.look; }

  void add(const std::string& text, const std::string& plural, const std::vector<std::string>& columns) {
    const auto same = std::ranges::find(problems_, text, &Problem::text);
    Problem& problem = same == problems_.end() ? problems_.emplace_back(Problem{text, plural}) : *same;
    problem.columns.insert(problem.columns.end(), columns.begin(), columns.end());
  }
  void add(std::size_t column, const std::string& text, const std::string& plural) {
    add(text, plural, {look().columns[column].name});
  }

  void choose_label();
  void consider(std::size_t column);
  void consider_learnt(const ColumnLook& column);
  void consider_feature(std::size_t column);
  void consider_words(std::size_t column);
  void take_as_name(std::size_t column);
  void note_missing(std::size_t column, std::size_t missing);
  void write_remedy();

  TableAdvice advice_;
  ColumnRoles roles_;
  MissingValues missing_;
  TableDialect dialect_;
  bool decimal_comma_ = false;
  bool has_id_ = false;
  bool fills_ = false;
  std::optional<std::size_t> label_;  ///< what is proposed to be learnt
  std::vector<std::string> comma_columns_;
  std::vector<std::string> marks_;  ///< words that seem to stand for a missing number
  std::vector<Problem> problems_;
};

void Adviser::choose_label() {
  const auto& columns = look().columns;
  const bool said =
      !roles_.label.empty() || !roles_.targets.empty() || !roles_.labels.empty() || !roles_.label_separator.empty();
  const auto has_label_name = [&](const ColumnLook& column) {
    return column.option.empty() && look().header && is_label_name(column.name);
  };
  if (said) {
    return;
  }
  label_ = likely_label(look());
  if (std::ranges::count_if(columns, has_label_name) == 1) {
    return;  // it is found without being said
  }
  if (label_) {
    add(*label_, fmt::format("may be the label, of {} classes (‹label_column›)", columns[*label_].values), "");
    roles_.label = reference(look(), *label_);
    return;
  }
  const ColumnLook& last = columns.back();
  if (last.option.empty() && last.kind() == ColumnKind::numbers && !last.counts && last.missing == 0) {
    label_ = columns.size() - 1;
    add(*label_, "may be a number to learn (‹target_columns›)", "");
    roles_.targets = {reference(look(), *label_)};
    return;
  }
  advice_.problems.emplace_back(
      "no column looks like a label (‹label_column›) or a number to learn (‹target_columns›)");
  advice_.cures = false;
}

void Adviser::consider(std::size_t i) {
  const ColumnLook& column = look().columns[i];
  if (label_ == i || is_learnt(column.option)) {
    consider_learnt(column);
  } else if (column.option.empty()) {
    consider_feature(i);
  } else if (column.option == "‹category_columns›") {
    note_missing(i, column.empty_fields);
  } else if (column.option == "‹date_columns›") {
    note_missing(i, column.missing);
  }
}

void Adviser::consider_learnt(const ColumnLook& column) {
  if (column.empty_fields > 0 && roles_.label_separator.empty()) {
    add(fmt::format("lacks what is to be learnt in {} of {} rows: take these out", column.empty_fields, look().rows),
        fmt::format("lack what is to be learnt in {} of {} rows: take these out", column.empty_fields, look().rows),
        {column.name});
    advice_.cures = false;
  }
}

void Adviser::note_missing(std::size_t i, std::size_t missing) {
  if (missing > 0 && missing_ == MissingValues::error) {
    add(i, "lacks some values (‹missing› mean)", "lack some values (‹missing› mean)");
    fills_ = true;
  }
}

/// Of a column that is taken as numbers unless something is said.
void Adviser::consider_feature(std::size_t i) {
  const ColumnLook& column = look().columns[i];
  const std::string name = reference(look(), i);
  switch (column.kind()) {
    case ColumnKind::empty:
      add(i, "has no value in any row (‹ignore_columns›)", "have no value in any row (‹ignore_columns›)");
      roles_.ignored.push_back(name);
      return;
    case ColumnKind::dates:
      add(i, "holds dates (‹date_columns›)", "hold dates (‹date_columns›)");
      roles_.dates.push_back(name);
      note_missing(i, column.missing);
      return;
    case ColumnKind::comma_numbers:
      if (decimal_comma_) {
        comma_columns_.push_back(column.name);
        note_missing(i, column.missing);
        return;
      }
      break;
    case ColumnKind::numbers: {
      const bool unique = column.values == column.present() || column.values == ColumnLook::kMostValues;
      if (unique && column.present() > 2 && (column.counts || names_rows(column.name)) && !has_id_) {
        advice_.hints.push_back(fmt::format("{} differs in every row{}: ‹id_column› {} keeps it out of the features",
                                            shown(column.name), column.counts ? ", and counts them" : "", name));
        if (names_rows(column.name)) {
          roles_.id = name;
          has_id_ = true;
          return;
        }
      }
      note_missing(i, column.missing);
      return;
    }
    default:
      break;
  }
  consider_words(i);
}

void Adviser::consider_words(std::size_t i) {
  const ColumnLook& column = look().columns[i];
  const std::string name = reference(look(), i);
  switch (column.kind()) {
    case ColumnKind::marked_numbers:
      add(i, fmt::format("has {} beside numbers (‹missing_values›)", shown_names(column.odd_texts)),
          fmt::format("have {} beside numbers (‹missing_values›)", shown_names(column.odd_texts)));
      marks_.insert(marks_.end(), column.odd_texts.begin(), column.odd_texts.end());
      fills_ = fills_ || missing_ == MissingValues::error;
      return;
    case ColumnKind::names:
      add(i, fmt::format("holds {} names (‹category_columns›)", column.values),
          fmt::format("hold {} names (‹category_columns›)", column.values));
      roles_.categories.push_back(name);
      note_missing(i, column.empty_fields);
      return;
    case ColumnKind::unique_texts:
      if (!has_id_) {
        add(i, "holds another text in every row (‹id_column›)", "");
        roles_.id = name;
        has_id_ = true;
        return;
      }
      add(i, "holds another text in every row (‹ignore_columns›)", "hold another text in every row (‹ignore_columns›)");
      break;
    case ColumnKind::mixed:
      add(i,
          fmt::format("holds numbers and texts such as {} (correct them, or ‹ignore_columns›)",
                      shown(column.odd_texts.empty() ? "" : column.odd_texts.front())),
          "");
      break;
    default:
      add(i, "holds text that is another one in most rows (‹ignore_columns›)",
          "hold text that is another one in most rows (‹ignore_columns›)");
  }
  roles_.ignored.push_back(name);
}

void Adviser::write_remedy() {
  const auto say = [&](std::string_view option, const std::string& text) {
    if (!text.empty()) {
      advice_.remedy.emplace_back(std::string(option), text);
    }
  };
  say("label-column", roles_.label);
  say("target-columns", fmt::format("{}", fmt::join(roles_.targets, ",")));
  say("ignore-columns", fmt::format("{}", fmt::join(roles_.ignored, ",")));
  say("id-column", roles_.id);
  say("category-columns", fmt::format("{}", fmt::join(roles_.categories, ",")));
  say("date-columns", fmt::format("{}", fmt::join(roles_.dates, ",")));
  say("decimal", decimal_comma_ ? "comma" : "");
  if (!marks_.empty()) {
    // They take the place of the built-in words, of which those stay that other programs write most.
    std::vector<std::string> words = dialect_.missing_values;
    if (words.empty()) {
      words = {"", "?", "NA", "NaN", "nan", "null", "NULL"};
    }
    for (const std::string& mark : marks_) {
      if (std::ranges::find(words, mark) == words.end()) {
        words.push_back(mark);
      }
    }
    say("missing-values", fmt::format("{}", fmt::join(words, ",")));
  }
  say("missing", fills_ ? "mean" : "");
}

}  // namespace

TableAdvice advise(const TableLook& look, const ColumnRoles& roles, const TableOptions& options) {
  return Adviser(look, roles, options).advise();
}

}  // namespace strata
