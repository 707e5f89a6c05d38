// What a table's fields say, by the dialect in which it is written: numbers, and that a value is missing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/table/schema.h"

namespace strata {

/// Whether other programs write such a text for a number that is missing: nothing, ?, or NA, NaN or null in any case.
bool is_missing_word(std::string_view text);

class FieldValues {
 public:
  FieldValues() = default;
  explicit FieldValues(const TableDialect& dialect);

  /// Whether any plain number is one, so that FieldCursor::next_number may read it; else number() does.
  bool take_plain_numbers() const { return takes_plain_numbers_; }

  /// Of a dialect that lists such fields: one of them, or a number of the value of one.
  bool is_missing_number(std::string_view text) const;
  bool is_missing_category(std::string_view text) const;
  bool is_missing_label(std::string_view text) const;

  /// The nearest float, an infinity beyond fp32; empty for what is no number.
  std::optional<float> number(std::string_view text) const;
  /// The nearest double of what number() takes for a finite one.
  double exact(std::string_view text) const;

 private:
  bool is_listed(std::string_view text) const;

  bool takes_plain_numbers_ = true;
  bool decimal_comma_ = false;
  MissingCategories missing_categories_ = MissingCategories::empty;
  std::vector<std::string> missing_values_;  ///< none: the usual words
  std::vector<double> missing_numbers_{};    ///< those among them
};

}  // namespace strata
