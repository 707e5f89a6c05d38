#include "data/table/stream_rows.h"

#include <unistd.h>

#include <numeric>
#include <utility>

namespace strata {

TableStreamRows::TableStreamRows(FileDescriptor file, const std::string& name, const TableSchema& schema,
                                 const std::vector<std::string>& class_names, const TableOptions& options, int threads)
    : file_(std::move(file)),
      name_(name),
      features_(schema.width()),
      stream_(file_ ? file_.get() : STDIN_FILENO, name, schema, class_names, LabelUse::ignore, options, threads),
      ahead_(stream_.next()) {}

RowBlock TableStreamRows::next() {
  block_ = ahead_ ? std::move(*ahead_) : stream_.next().value_or(Dataset());
  ahead_.reset();
  indices_.resize(block_.rows());
  std::iota(indices_.begin(), indices_.end(), 0U);
  return {block_.view(), indices_, block_.ids};
}

}  // namespace strata
