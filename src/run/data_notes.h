// What became of data as they were read: the lines that a run, or whoever applies a model, tells of them. Texts name
// settings as core/field.h says.
#pragma once

#include <string>

#include "data/gaps.h"
#include "data/load.h"

namespace strata {

/// Of a training set: rows and classes, and of a table its header, a line each. `name`: the data's. `has_positive`:
/// whether it matters that the second of two classes is the positive one.
std::string data_summary(const std::string& name, const DataSource& source, std::size_t train_rows,
                         std::size_t validation_rows, std::size_t test_rows, bool has_positive);

/// A line for each thing that reading has changed: fields filled, fields that are zeros for want of a known category,
/// and labels that became a class of another name. Empty: nothing.
std::string reading_notes(const DataSource& source);

/// Those lines, and one for each thing in the training set that is likely to be a mistake: names that look alike, and
/// columns of categories with almost as many names as rows.
std::string training_notes(const DataSource& source);

/// The lines on fields alone, of rows that came one by one for a model of `table`.
std::string gap_notes(const GapCounter& gaps, const std::optional<TableSchema>& table);

}  // namespace strata
