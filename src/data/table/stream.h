// Tables read block by block as they come, in bounded memory, for a model that predicts or is judged.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/file.h"
#include "data/row_stream.h"
#include "data/table/table.h"

namespace strata {

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

  /// Whether rows have ids: the table has the schema's column of them.
  bool has_ids() const;
  /// Rows that next() has given so far.
  std::size_t rows() const;

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
};

/// The rows of a table to predict.
class TableStreamRows final : public RowStream {
 public:
  /// Reads `file`, or stdin if it owns nothing, up to its first rows; the rest is as for TableStream.
  TableStreamRows(FileDescriptor file, const std::string& name, const TableSchema& schema,
                  const std::vector<std::string>& class_names, const TableOptions& options, int threads);

  std::size_t features() const override { return features_; }
  bool has_ids() const override { return stream_.has_ids(); }
  std::string source() const override { return name_; }
  RowBlock next() override;

 private:
  FileDescriptor file_;
  std::string name_;
  std::size_t features_;
  TableStream stream_;
  std::optional<Dataset> ahead_;  ///< the block that next() gives, read already
  Dataset block_;
  std::vector<std::uint32_t> indices_;
};

}  // namespace strata
