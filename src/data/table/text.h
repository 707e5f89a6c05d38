// The text of a table: the lines in it, comments, which are none of it, and where its records end.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// Whole records of a table; the last character is a newline.
struct TableText {
  std::string name;  ///< the file's, for messages
  std::string_view text{};
  std::size_t first_line = 1;           ///< of the text, in the file
  char delimiter = '\0';                ///< a blank: one or more of them; '\0': not known yet
  std::vector<std::size_t> left_out{};  ///< lines of the file that are comments, and not in the text; ascending

  /// The line of the file, counted from 1, on which `at` stands.
  std::size_t line_of(const char* at) const;
};

/// The line `newlines` lines behind `first_line`, of those that are not left out.
std::size_t line_behind(std::size_t first_line, std::size_t newlines, const std::vector<std::size_t>& left_out);

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

/// A run of whole records.
struct RecordChunk {
  std::string_view text;
  std::size_t first_row = 0;  ///< counted from the start of the text that was cut
  std::size_t rows = 0;
};

/// The chunks of `text`, which ends with a newline, each of about `chunk_bytes`; by the threads of on_threads
/// (data/parallel.h). A newline ends a record unless the quotes before it are odd in number. So chunks are right up to
/// the first quote that stands where none may; there the chunk's reader finds the fault.
std::vector<RecordChunk> cut_records(std::string_view text, std::size_t chunk_bytes);

/// Calls read(0), …, read(count - 1) side by side, within on_threads (data/parallel.h). If several throw, the exception
/// is the first one's, whoever was first: what comes behind one that has thrown may be left out.
void for_each_chunk(std::size_t count, const std::function<void(std::size_t)>& read);

/// How often `c` stands in `text`.
std::size_t count_character(std::string_view text, char c);

}  // namespace strata
