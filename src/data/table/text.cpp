#include "data/table/text.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cstdint>
#include <exception>
#include <string_view>

#include "data/parallel.h"

namespace strata {

namespace {

/// The record ends within a piece of the text.
struct Piece {
  std::string_view text;
  bool starts_in_quotes = false;
  std::size_t record_ends = 0;
  std::size_t first_end = 0;  ///< behind the first of them
};

std::vector<Piece> divide(std::string_view text, std::size_t piece_bytes) {
  std::vector<Piece> pieces;
  for (std::size_t begin = 0; begin < text.size(); begin += piece_bytes) {
    pieces.push_back({text.substr(begin, piece_bytes)});
  }
  return pieces;
}

/// Tells each piece whether it starts within quotes.
void follow_quotes(std::vector<Piece>& pieces) {
  std::vector<std::size_t> quotes(pieces.size());
  run_tasks(pieces.size(), [&](std::size_t i) { quotes[i] = count_character(pieces[i].text, '"'); });
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    pieces[i].starts_in_quotes = pieces[i - 1].starts_in_quotes != (quotes[i - 1] % 2 == 1);
  }
}

void add_end(Piece& piece, std::size_t newline) {
  piece.first_end = piece.record_ends == 0 ? newline + 1 : piece.first_end;
  ++piece.record_ends;
}

void find_ends(Piece& piece) {
  if (!piece.starts_in_quotes && piece.text.find('"') == std::string_view::npos) {
    piece.record_ends = count_character(piece.text, '\n');
    piece.first_end = piece.record_ends == 0 ? 0 : piece.text.find('\n') + 1;
    return;
  }
  bool in_quotes = piece.starts_in_quotes;
  for (std::size_t i = 0; i < piece.text.size(); ++i) {
    in_quotes = in_quotes != (piece.text[i] == '"');
    if (piece.text[i] == '\n' && !in_quotes) {
      add_end(piece, i);
    }
  }
}

}  // namespace

std::size_t line_behind(std::size_t first_line, std::size_t newlines, const std::vector<std::size_t>& left_out) {
  std::size_t line = first_line + newlines;
  for (auto out = std::ranges::lower_bound(left_out, first_line); out != left_out.end() && *out <= line; ++out) {
    ++line;
  }
  return line;
}

std::size_t TableText::line_of(const char* at) const {
  return line_behind(first_line, static_cast<std::size_t>(std::count(text.data(), at, '\n')), left_out);
}

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

std::vector<RecordChunk> cut_records(std::string_view text, std::size_t chunk_bytes) {
  assert(!text.empty() && text.back() == '\n' && chunk_bytes > 0);
  std::vector<Piece> pieces = divide(text, chunk_bytes);
  follow_quotes(pieces);
  run_tasks(pieces.size(), [&](std::size_t i) { find_ends(pieces[i]); });

  // A chunk goes from the first record end of one piece, or the start of the text, to that of the next that has one.
  std::vector<RecordChunk> chunks;
  const char* begin = text.data();
  std::size_t row = 0;
  std::size_t rows = pieces.front().record_ends;
  const auto close_chunk = [&](const char* end) {
    chunks.push_back({{begin, end}, row, rows});
    begin = end;
    row += rows;
  };
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    if (pieces[i].record_ends > 0) {
      ++rows;
      close_chunk(pieces[i].text.data() + pieces[i].first_end);
      rows = pieces[i].record_ends - 1;
    }
  }
  const char* const end = text.data() + text.size();
  if (begin != end) {
    close_chunk(end);
  }
  return chunks;
}

void for_each_chunk(std::size_t count, const std::function<void(std::size_t)>& read) {
  std::vector<std::exception_ptr> faults(count);
  std::atomic<std::size_t> first_fault = count;
  run_tasks(count, [&](std::size_t i) {
    if (i > first_fault) {
      return;
    }
    try {
      read(i);
    } catch (...) {
      faults[i] = std::current_exception();
      std::size_t first = first_fault;
      while (i < first && !first_fault.compare_exchange_weak(first, i)) {
      }
    }
  });
  if (first_fault < count) {
    std::rethrow_exception(faults[first_fault]);
  }
}

std::size_t count_character(std::string_view text, char c) {
  constexpr std::size_t kBlock = 255;  // so that a byte holds a block's count, and vectors are full of bytes
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < text.size(); begin += kBlock) {
    std::uint8_t in_block = 0;
    for (const char x : text.substr(begin, kBlock)) {
      in_block = static_cast<std::uint8_t>(in_block + (x == c ? 1 : 0));
    }
    count += in_block;
  }
  return count;
}

}  // namespace strata
