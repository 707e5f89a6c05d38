// Comments in a table, which are none of its text.
#pragma once

#include <cstddef>
#include <vector>

namespace strata {

/// Takes comments out of a table's text, in pieces as it arrives. A comment starts at a character outside quotes and
/// ends with the line; a line that has nothing but blanks before it is left out whole.
class CommentFilter {
 public:
  explicit CommentFilter(char comment) : comment_(comment) {}

  /// Filters [begin, end), which follows what has been left of the pieces before. Returns the new end: before `begin`
  /// if blanks of those pieces turn out to stand before a comment.
  char* filter(char* begin, const char* end);

  /// The lines left out, counted from 1, ascending.
  const std::vector<std::size_t>& left_out() const { return left_out_; }
  /// Forgets those before `line`.
  void forget_before(std::size_t line);

 private:
  char* take(char c, char* out);
  char* end_line(char* out);
  bool is_blank(char c) const;

  char comment_;
  bool in_quotes_ = false;
  bool in_comment_ = false;
  bool blank_ = true;       ///< nothing but blanks stands on the line so far
  std::size_t length_ = 0;  ///< of what has been left of the line so far
  std::size_t line_ = 1;
  std::vector<std::size_t> left_out_{};
};

}  // namespace strata
