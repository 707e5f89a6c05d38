#include "data/formats/npy_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <set>
#include <string_view>

#include "core/error.h"
#include "core/number.h"
#include "data/formats/idx.h"

namespace strata {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kVersionBytes = 2;

/// The text between the magic bytes and the elements, and where these begin.
struct HeaderText {
  std::string_view text;
  std::size_t size;
};

HeaderText find_header(std::string_view file, const std::string& name) {
  if (!file.starts_with(kMagic) || file.size() < kMagic.size() + kVersionBytes) {
    throw data_error("{}: does not start as NPY files do (\\x93NUMPY and a version); check that it is the right file",
                     name);
  }
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(file[i]); };
  const unsigned major = byte(kMagic.size());
  const unsigned minor = byte(kMagic.size() + 1);
  if (major < 1 || major > 3 || minor != 0) {
    throw data_error("{}: is of NPY version {}.{}; expected 1.0, 2.0 or 3.0; save it again with numpy.save", name,
                     major, minor);
  }
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  const std::size_t start = kMagic.size() + kVersionBytes + length_bytes;
  std::size_t length = 0;
  for (std::size_t i = start; i-- > start - length_bytes && i < file.size();) {
    length = length << 8 | byte(i);
  }
  if (file.size() < start || file.size() - start < length) {
    throw data_error("{}: ends after {} bytes inside its header; fetch the file again", name, file.size());
  }
  return {file.substr(start, length), start + length};
}

/// Reads the dictionary of a header, a Python literal, and nothing else.
class Dictionary {
 public:
  Dictionary(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  /// Calls entry(key) with each key, behind which it reads the value.
  template <class Entry>
  void read(Entry&& entry) {
    expect('{', "a dictionary");
    while (!accept('}')) {
      const std::string key = string();
      expect(':', "a colon");
      entry(key);
      if (!accept(',')) {
        expect('}', "a comma or the dictionary's end");
        break;
      }
    }
    if (skip_space(); at_ != text_.size()) {
      fail("nothing behind the dictionary");
    }
  }

  std::string string() {
    const std::string_view expected = "a text in quotes";
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'') {
      expect('\'', expected);
    }
    const std::size_t end = text_.find(quote, at_);
    const std::string_view found = text_.substr(at_, end == std::string_view::npos ? 0 : end - at_);
    if (end == std::string_view::npos || !std::ranges::all_of(found, is_plain)) {
      fail(expected);
    }
    at_ = end + 1;
    return std::string(found);
  }

  /// Whether a list follows.
  bool at_list() {
    skip_space();
    return at_ < text_.size() && text_[at_] == '[';
  }

  bool boolean() {
    skip_space();
    for (const bool value : {false, true}) {
      const std::string_view word = value ? "True" : "False";
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return value;
      }
    }
    fail("True or False");
  }

  /// `()`, `(3,)`, `(3, 4)` or `(3, 4,)`.
  std::vector<std::size_t> tuple() {
    std::vector<std::size_t> values;
    expect('(', "a tuple");
    while (!accept(')')) {
      values.push_back(whole());
      const bool comma = accept(',');
      if (!comma && values.size() == 1) {
        fail("a comma, as in a tuple of one");
      }
      if (!comma) {
        expect(')', "a comma or the tuple's end");
        break;
      }
    }
    return values;
  }

  [[noreturn]] void fail(std::string_view expected) const {
    throw data_error("{}: its NPY header is not as numpy.save writes it: expected {} at byte {} of the dictionary",
                     name_, expected, at_);
  }

 private:
  static bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '\\'; }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  std::size_t whole() {
    skip_space();
    const std::string_view rest = text_.substr(at_);
    const auto* const end = std::ranges::find_if_not(rest, is_digit);
    const auto digits = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    const auto value = parse_number<std::size_t>(digits);
    if (!value || (digits.size() > 1 && digits.front() == '0')) {  // 03 is no number of Python's
      fail("a whole number");
    }
    at_ += digits.size();
    return *value;
  }

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \n", at_), text_.size()); }

  bool accept(char c) {
    skip_space();
    const bool found = at_ < text_.size() && text_[at_] == c;
    at_ += found ? 1 : 0;
    return found;
  }
  void expect(char c, std::string_view expected) {
    if (!accept(c)) {
      fail(expected);
    }
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
};

constexpr std::array kKinds{NpyKind::boolean, NpyKind::signed_integer, NpyKind::unsigned_integer, NpyKind::floating};
constexpr std::string_view kKindLetters = "biuf";  // by index of kKinds
constexpr std::array<std::string_view, 4> kKindSizes{"1", "1248", "1248", "248"};

/// `<U12`, `|S3`: byte order, kind, characters.
bool parse_text_type(std::string_view descr, NpyHeader& header) {
  constexpr std::size_t kMostCharacters = 1'000'000;
  const bool unicode = descr[1] == 'U';
  const auto length = parse_number<std::size_t>(descr.substr(2));
  if (!length || *length == 0 || *length > kMostCharacters ||
      std::string_view(unicode ? "<>=" : "<>=|").find(descr[0]) == std::string_view::npos) {
    return false;
  }
  header.kind = unicode ? NpyKind::unicode : NpyKind::bytes;
  header.element_size = *length * (unicode ? kCharacterBytes : 1);
  header.big_endian = unicode && descr[0] == '>';
  return true;
}

/// `<f8`: byte order, kind, size.
bool parse_type(std::string_view descr, NpyHeader& header) {
  if (descr.size() >= 3 && (descr[1] == 'U' || descr[1] == 'S')) {
    return parse_text_type(descr, header);
  }
  if (descr.size() != 3) {
    return false;
  }
  const std::size_t kind = kKindLetters.find(descr[1]);
  if (kind == std::string_view::npos || kKindSizes[kind].find(descr[2]) == std::string_view::npos) {
    return false;
  }
  const bool one_byte = descr[2] == '1';
  if (std::string_view(one_byte ? "<>=|" : "<>=").find(descr[0]) == std::string_view::npos) {
    return false;
  }
  header.kind = kKinds[kind];
  header.element_size = static_cast<std::size_t>(descr[2] - '0');
  header.big_endian = descr[0] == '>';
  return true;
}

NpyHeader parse_dictionary(std::string_view text, const std::string& name) {
  NpyHeader header;
  Dictionary dictionary(text, name);
  std::set<std::string> keys;
  dictionary.read([&](const std::string& key) {
    if (!keys.insert(key).second) {
      dictionary.fail("each key once");
    }
    if (key == "descr" && dictionary.at_list()) {
      throw data_error(
          "{}: holds records of named fields, a structured array; expected one number after the other; save its fields "
          "as columns: numpy.save(FILE, numpy.lib.recfunctions.structured_to_unstructured(ARRAY))",
          name);
    }
    if (key == "descr") {
      const std::string descr = dictionary.string();
      if (!parse_type(descr, header)) {
        throw data_error(
            "{}: holds elements of type '{}'; expected booleans, integers, floating numbers of 16, 32 or 64 "
            "bits, or text; convert it",
            name, descr);
      }
    } else if (key == "fortran_order") {
      header.fortran_order = dictionary.boolean();
    } else if (key == "shape") {
      header.shape = dictionary.tuple();
    } else {
      dictionary.fail("the keys descr, fortran_order and shape");
    }
  });
  if (keys.size() != 3) {
    dictionary.fail("the keys descr, fortran_order and shape");
  }
  return header;
}

void check_shape(const NpyHeader& header, const std::string& name) {
  if (header.shape.empty()) {
    throw data_error("{}: holds a single value; expected an array; check that it is the right file", name);
  }
  if (std::ranges::find(header.shape, 0U) != header.shape.end()) {
    throw data_error("{}: is empty: its header says {}; expected no dimension of 0; check that it is the right file",
                     name, shape_text(header.shape));
  }
}

void check_size(const NpyHeader& header, std::size_t found, const std::string& name) {
  std::size_t left = found / header.element_size;  // divided by each dimension, so that no product can overflow
  bool fits = found % header.element_size == 0;
  for (const std::size_t dimension : header.shape) {
    fits = fits && left % dimension == 0;
    left /= dimension;
  }
  if (!fits || left != 1) {
    throw data_error("{}: {} bytes follow its header, which says {} of {}; fetch the file again", name, found,
                     shape_text(header.shape), npy_type_name(header));
  }
  if (header.shape.front() > std::numeric_limits<std::uint32_t>::max()) {
    throw data_error("{}: has {} rows; expected fewer than 2^32; divide the file", name, header.shape.front());
  }
}

}  // namespace

std::size_t NpyHeader::row_elements() const { return element_count({shape.begin() + 1, shape.end()}); }

bool is_npy(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= kMagic.size() && std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) == 0;
}

NpyHeader parse_npy_start(std::span<const std::uint8_t> start, const std::string& name) {
  const HeaderText found = find_header({reinterpret_cast<const char*>(start.data()), start.size()}, name);
  NpyHeader header = parse_dictionary(found.text, name);
  header.size = found.size;
  check_shape(header, name);
  return header;
}

NpyHeader parse_npy_header(std::span<const std::uint8_t> file, const std::string& name) {
  NpyHeader header = parse_npy_start(file, name);
  check_size(header, file.size() - header.size, name);
  return header;
}

std::string npy_type_name(const NpyHeader& header) {
  constexpr std::size_t kByte = 8;
  switch (header.kind) {
    case NpyKind::boolean:
      return "bool";
    case NpyKind::signed_integer:
      return fmt::format("int{}", header.element_size * kByte);
    case NpyKind::unsigned_integer:
      return fmt::format("uint{}", header.element_size * kByte);
    case NpyKind::bytes:
      return "bytes";
    case NpyKind::unicode:
      return "str";
    case NpyKind::floating:
      break;
  }
  return fmt::format("float{}", header.element_size * kByte);
}

}  // namespace strata
