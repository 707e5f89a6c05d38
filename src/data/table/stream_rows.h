// The rows of a table to predict, as they come.
#pragma once

#include <optional>
#include <string>

#include "core/file_descriptor.h"
#include "data/row_stream.h"
#include "data/table/table.h"

namespace strata {

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
