#include "data/table/comments.h"

#include <string_view>

namespace strata {

char* CommentFilter::filter(char* begin, const char* end) {
  char* out = begin;
  for (const char* at = begin; at != end; ++at) {
    out = take(*at, out);
  }
  return out;
}

void CommentFilter::forget_before(std::size_t line) {
  std::erase_if(left_out_, [&](std::size_t out) { return out < line; });
}

char* CommentFilter::take(char c, char* out) {
  if (c == '\n') {
    return end_line(out);
  }
  in_quotes_ = in_quotes_ != (c == '"' && !in_comment_);
  in_comment_ = in_comment_ || (c == comment_ && !in_quotes_);
  if (in_comment_) {
    return out;
  }
  blank_ = blank_ && is_blank(c);
  ++length_;
  *out = c;
  return out + 1;
}

char* CommentFilter::end_line(char* out) {
  if (in_comment_ && blank_) {
    left_out_.push_back(line_);
    out -= length_;
  } else {
    *out++ = '\n';
  }
  ++line_;
  in_comment_ = false;
  blank_ = !in_quotes_;
  length_ = 0;
  return out;
}

/// A byte order mark on the first line is one, too.
bool CommentFilter::is_blank(char c) const {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  return c == ' ' || c == '\t' || (line_ == 1 && kByteOrderMark.find(c) != std::string_view::npos);
}

}  // namespace strata
