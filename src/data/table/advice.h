// What to say of a table so that it can be trained on: all problems of all columns at once, and the options that help.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "data/table/look.h"
#include "data/table/table.h"

namespace strata {

struct TableAdvice {
  TableLook look;
  std::vector<std::string> problems;  ///< a clause for all columns that have the same one, options as fields
  std::vector<std::string> hints;     ///< lines on columns that can be taken as they are, but should perhaps not
  Remedy remedy{};                    ///< what to give for a training that starts; empty: nothing is left to say
  bool cures = true;                  ///< false: some problems are none of options, such as a row without a label
};

/// What there is to say of a training table beyond what was asked. Throws as look_at_table.
TableAdvice advise(const TableLook& look, const ColumnRoles& roles, const TableOptions& options);

}  // namespace strata
