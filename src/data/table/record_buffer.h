// A table's text as it arrives from a file descriptor.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/table/comments.h"
#include "data/table/text.h"

namespace strata {

/// Holds what has arrived and has not been dropped, a fixed number of bytes at most.
class RecordBuffer {
 public:
  /// `descriptor` stays the caller's; `name` is for messages; comments start at `comment`, unless it is '\0'.
  RecordBuffer(int descriptor, std::string name, std::size_t most_bytes, char comment = '\0');

  /// Waits for a whole record that is not blank, then takes what else has arrived; at the end, what is left. Throws
  /// Error(data) if a record is longer than the buffer, or not text; Error(failed) if the system cannot read.
  void fill();

  /// The whole records that have arrived, without blank lines at their end, which may be the table's. Empty after
  /// fill(): nothing follows.
  std::string_view records() const;
  /// The same as a table's text; the delimiter is not known.
  TableText table() const;

  /// Drops the first `count` bytes, whole records.
  void drop(std::size_t count);

  const std::string& name() const { return name_; }

 private:
  std::string_view text() const { return {bytes_.data(), size_}; }
  TableText table_of(std::string_view text) const;
  void add(std::size_t count);
  bool has_arrived() const;
  void read_some();
  void follow_records(std::size_t begin);

  int descriptor_;
  std::string name_;
  std::vector<char> bytes_;  ///< room for one more than a record may have: the newline that may lack at the end
  std::size_t size_ = 0;
  std::size_t line_ = 1;        ///< of the text's start, where lines before it are comments: of the first of these
  std::size_t record_end_ = 0;  ///< behind the last whole record
  bool in_quotes_ = false;      ///< at the text's end
  bool ended_ = false;
  std::optional<CommentFilter> comments_;
};

}  // namespace strata
