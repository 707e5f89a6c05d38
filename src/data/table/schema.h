// How a table is written and how its columns become features, as a model remembers both.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/target_kind.h"

namespace strata {

/// Whether the first line names the columns. automatic: docs/data.md says when it does; a table for a model has a
/// header if that of training had one.
enum class HeaderLine { automatic, yes, no };

/// When two labels are one class. automatic: if all are numbers and none of them stands in quotes, when their values
/// are equal, so that 1.0 is 1; text: only when they are spelled alike.
enum class LabelType { automatic, text };

/// Which fields of a column of categories are missing: the empty ones; or also those that hold a word for a number that
/// is missing, such as NA, as models of before took them.
enum class MissingCategories { empty, words };

/// What stands between two fields. automatic: find_delimiter (head.h) says which it is; space: one blank or more.
enum class Delimiter { automatic, comma, semicolon, tab, pipe, space };

struct DelimiterEntry {
  Delimiter value;
  std::string_view name;
  char character;           ///< of automatic: none
  std::string_view plural;  ///< for messages
};
inline constexpr std::array kDelimiters{DelimiterEntry{Delimiter::automatic, "auto", '\0', ""},
                                        DelimiterEntry{Delimiter::comma, "comma", ',', "commas"},
                                        DelimiterEntry{Delimiter::semicolon, "semicolon", ';', "semicolons"},
                                        DelimiterEntry{Delimiter::tab, "tab", '\t', "tabs"},
                                        DelimiterEntry{Delimiter::pipe, "pipe", '|', "pipes"},
                                        DelimiterEntry{Delimiter::space, "space", ' ', "blanks"}};

const DelimiterEntry& entry_of(Delimiter delimiter);
/// The entry of a delimiter that kDelimiters has.
const DelimiterEntry& entry_of_character(char delimiter);

/// What stands before a number's fraction. open: a point, for a model that of its training; comma: points may stand
/// between thousands, as in 1.261,76.
enum class DecimalMark { open, point, comma };

/// Of a request: what it says, and the rest as it turns out. Of a schema: how the training table was read, which holds
/// for every other table of its model, where a request does not say otherwise.
struct TableDialect {
  HeaderLine header = HeaderLine::automatic;  ///< yes or no in a schema
  LabelType labels = LabelType::automatic;
  MissingCategories missing_categories = MissingCategories::empty;
  Delimiter delimiter = Delimiter::automatic;        ///< in a schema of before: automatic
  Delimiter usual_delimiter = Delimiter::automatic;  ///< where `delimiter` is open: that of other tables of the model
  DecimalMark decimal = DecimalMark::open;           ///< in a schema comma, or open, which is a point
  char comment = '\0';                        ///< outside quotes the rest of the line is none of the table; '\0': none
  std::vector<std::string> missing_values{};  ///< fields without a value; empty: those that docs/data.md lists

  friend bool operator==(const TableDialect&, const TableDialect&) = default;
};

/// `dialect`, but for what `asked` says.
TableDialect overruled(TableDialect dialect, const TableDialect& asked);

/// How to read a table for a model that was trained on one of `training`.
TableDialect dialect_for_model(const TableDialect& training, const TableDialect& asked);

/// How a training table was read, as far as a model knows it: "semicolons between fields, decimal commas".
std::string dialect_text(const TableDialect& dialect);

/// Throws Error(usage) if the parts of a request contradict each other.
void check_dialect(const TableDialect& dialect);

/// A column of features: one number, a date, which is a number of days since 1970, or a category that becomes one
/// feature (0 or 1) for each known value.
struct FeatureColumn {
  std::string name;  ///< by the header, or the index, from 0, of a table without one or of a column without a name
  bool categorical = false;
  std::vector<std::string> categories{};  ///< of a category, in byte order
  bool date = false;

  std::size_t width() const { return categorical ? categories.size() : 1; }
  friend bool operator==(const FeatureColumn&, const FeatureColumn&) = default;
};

/// The columns of a table by their roles. Columns that are ignored have none.
struct TableSchema {
  TableDialect dialect{};                 ///< by a header columns have names; without one names are indices
  std::vector<FeatureColumn> features{};  ///< in the order of the training table
  std::string label{};                    ///< empty: there are other targets
  std::string label_separator{};          ///< not empty: what stands between the labels of a row in that column
  std::vector<std::string> targets{};     ///< columns of numbers to learn
  std::vector<std::string> labels{};      ///< columns of 0 and 1, a label each
  std::string id{};                       ///< empty: none
  std::string weight{};                   ///< empty: none

  bool has_header() const { return dialect.header == HeaderLine::yes; }
  TargetKind target_kind() const {
    return !targets.empty()                              ? TargetKind::numbers
           : !labels.empty() || !label_separator.empty() ? TargetKind::labels
                                                         : TargetKind::classes;
  }
  /// Features in all, as the network sees them.
  std::size_t width() const {
    std::size_t sum = 0;
    for (const FeatureColumn& column : features) {
      sum += column.width();
    }
    return sum;
  }
  /// Which the feature is part of.
  const FeatureColumn& column_of(std::size_t feature) const {
    auto column = features.begin();
    while (feature >= column->width()) {
      feature -= column->width();
      ++column;
    }
    return *column;
  }
  friend bool operator==(const TableSchema&, const TableSchema&) = default;
};

/// Which columns of a table are learnt: "label 'species'", "targets 'price', 'area'".
std::string learnt_columns(const TableSchema& table);

}  // namespace strata
