// Tables of text, CSV and TSV, as data sets: docs/formats.md has the format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "data/dataset.h"
#include "data/table/schema.h"

namespace strata {

/// What a training table's columns are, each by its name or its index from 0; a name of the header goes before an
/// index. All other columns are numbers, a feature each.
struct ColumnRoles {
  std::string label;                      ///< empty: the one column called label, class or target, in any case, unless
                                          ///< there are targets or labels
  std::vector<std::string> ignored{};     ///< without a role
  std::string id{};                       ///< kept as text; empty: none
  std::string weight{};                   ///< from 0; empty: none
  std::vector<std::string> categories{};  ///< a feature for each value that the training table has
  std::vector<std::string> dates{};       ///< ISO dates and times: a feature of days, less the first training date
  std::vector<std::string> targets{};     ///< numbers to learn, in this order
  std::vector<std::string> labels{};      ///< of 0 and 1, a label to learn each
  std::string label_separator{};          ///< a row has several labels in the label column, between which this stands
};

/// What becomes of a category that the training table did not have: an error; or zeros in all features of its column.
enum class UnseenCategories { error, zeros };

struct TableOptions {
  TableDialect dialect{};
  MissingValues missing = MissingValues::error;  ///< mean: NaN takes their place
  UnseenCategories unseen = UnseenCategories::error;
  std::size_t chunk_bytes = std::size_t{1} << 20;  ///< about how much text a task parses, at least 1
  std::vector<double> offsets{};  ///< (features) of a model or a training table, for its other tables; empty: 0
  bool find_offsets = true;       ///< of a training table
};

/// A training table. Labels are classes as class_index.h has it, or targets: data.target_names has their names.
struct TableData {
  Dataset data;
  TableSchema schema;
  std::vector<std::string> class_names;  ///< all classes; empty: there are targets
};

/// Whether a table's labels are read; if not, the label column may be missing.
enum class LabelUse { read, ignore };

/// Whether `path` has the name of a table: .csv, .tsv or .txt, in any case, possibly with .gz behind it.
bool is_table_name(const std::filesystem::path& path);

/// Reads a training table; a name that ends in .gz is inflated. The result depends neither on `threads` nor on
/// options.chunk_bytes, and of several faults the first in the file is reported. Columns that need an offset
/// (offsets.h) get one, whatever options.offsets says.
/// Throws Error(usage) if a role names no column, or two roles name one; Error(data) by file, line, row and column.
TableData load_table(const std::filesystem::path& path, const ColumnRoles& roles, const TableOptions& options,
                     int threads);

/// Reads a table for a model whose features are `schema`'s: columns are found by name, so others may stand between
/// them, in any order (without a header in training: by index). `class_names` are those of the training table, or, of a
/// schema with a label_separator, the names of its labels. Ids and weights are read if their columns are there. Throws
/// Error(data) on a missing column, on a label or a category that training did not have, and as above.
Dataset load_table(const std::filesystem::path& path, const TableSchema& schema,
                   const std::vector<std::string>& class_names, LabelUse labels, const TableOptions& options,
                   int threads);

/// The same of a file's bytes; `name` is the file's, for messages.
TableData parse_table(AlignedVector<std::uint8_t> bytes, const std::string& name, const ColumnRoles& roles,
                      const TableOptions& options, int threads);
Dataset parse_table(AlignedVector<std::uint8_t> bytes, const std::string& name, const TableSchema& schema,
                    const std::vector<std::string>& class_names, LabelUse labels, const TableOptions& options,
                    int threads);

}  // namespace strata
