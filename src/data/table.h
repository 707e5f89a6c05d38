// Tables of text, CSV and TSV, as data sets: docs/formats.md has the format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "data/dataset.h"
#include "data/table_schema.h"

namespace strata {

/// What a training table's columns are, each by its name or its index from 0; a name of the header goes before an
/// index. All other columns are numbers, a feature each.
struct ColumnRoles {
  std::string label;                      ///< empty: the one column called label, class or target, in any case
  std::vector<std::string> ignored{};     ///< without a role
  std::string id{};                       ///< kept as text; empty: none
  std::string weight{};                   ///< above 0; empty: none
  std::vector<std::string> categories{};  ///< a feature for each value that the training table has
};

/// automatic: the first line is a header if none of its fields is a number, or if a model knows columns by their names.
enum class HeaderLine { automatic, yes, no };

/// What becomes of a category that the training table did not have: an error; or zeros in all features of its column.
enum class UnseenCategories { error, zeros };

struct TableOptions {
  HeaderLine header = HeaderLine::automatic;
  MissingValues missing = MissingValues::error;  ///< mean: NaN takes their place
  UnseenCategories unseen = UnseenCategories::error;
  std::size_t chunk_bytes = std::size_t{1} << 20;  ///< about how much text a task parses, at least 1
};

/// A training table. Labels are numbered in the order of their names: by value if all of them are numbers, so that
/// 0 … n-1 keep their numbers, else in byte order.
struct TableData {
  Dataset data;
  TableSchema schema;
  std::vector<std::string> class_names;  ///< all classes; numbers as their shortest text
};

/// Whether a table's labels are read; if not, the label column may be missing.
enum class LabelUse { read, ignore };

/// Whether `path` has the name of a table: .csv, .tsv or .txt, in any case, possibly with .gz behind it.
bool is_table_name(const std::filesystem::path& path);

/// Reads a training table; a name that ends in .gz is inflated. The result depends neither on `threads` nor on
/// options.chunk_bytes, and of several faults the first in the file is reported.
/// Throws Error(usage) if a role names no column, or two roles name one; Error(data) by file, line, row and column.
TableData load_table(const std::filesystem::path& path, const ColumnRoles& roles, const TableOptions& options,
                     int threads);

/// Reads a table for a model whose features are `schema`'s: columns are found by name, so others may stand between
/// them, in any order (without a header in training: by index). `class_names` are those of the training table. Ids and
/// weights are read if their columns are there. Throws Error(data) on a missing column, on a label or a category that
/// training did not have, and as above.
Dataset load_table(const std::filesystem::path& path, const TableSchema& schema,
                   const std::vector<std::string>& class_names, LabelUse labels, const TableOptions& options,
                   int threads);

/// The same of a file's bytes; `name` is the file's, for messages.
TableData parse_table(AlignedVector<std::uint8_t> bytes, const std::string& name, const ColumnRoles& roles,
                      const TableOptions& options, int threads);
Dataset parse_table(AlignedVector<std::uint8_t> bytes, const std::string& name, const TableSchema& schema,
                    const std::vector<std::string>& class_names, LabelUse labels, const TableOptions& options,
                    int threads);

/// A table read for a model block by block from a file descriptor, such as stdin, in bounded memory.
class TableStream {
 public:
  static constexpr std::size_t kBlockBytes = std::size_t{4} << 20;

  /// Reads the header. `descriptor` stays the caller's; `name` is for messages; the rest as for load_table. A record
  /// must fit into `block_bytes`. Throws Error(data), and Error(failed) if the system cannot read.
  TableStream(int descriptor, std::string name, const TableSchema& schema, const std::vector<std::string>& class_names,
              LabelUse labels, const TableOptions& options, int threads, std::size_t block_bytes = kBlockBytes);
  TableStream(TableStream&& other) noexcept;
  TableStream& operator=(TableStream&& other) noexcept;
  ~TableStream();

  /// The next rows, at least one: all that have arrived whole, and about block_bytes at most, so that a slow writer's
  /// rows come one by one. Empty at the end. Throws as the constructor does; rows of the blocks before stand.
  std::optional<Dataset> next();

  /// Rows that next() has given so far.
  std::size_t rows() const;

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
};

}  // namespace strata
