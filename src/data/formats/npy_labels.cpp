// npy.h's labels: whole numbers or booleans of any type, one a row or one-hot.
#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "data/formats/idx.h"
#include "data/formats/npy.h"
#include "data/formats/npy_elements.h"
#include "data/read_file.h"

namespace strata {

namespace {

/// Whole numbers below this differ as doubles.
constexpr std::int64_t kLargestLabel = std::int64_t{1} << 53U;

/// The label that `x` is, if it is whole and not too large.
template <class T>
std::optional<std::int64_t> label_of(T x) {
  if constexpr (std::is_integral_v<T>) {
    const bool fits = std::cmp_less(x, kLargestLabel) && std::cmp_greater(x, -kLargestLabel);
    return fits ? std::optional(static_cast<std::int64_t>(x)) : std::nullopt;
  } else {
    const auto value = static_cast<double>(x);
    const bool fits = std::abs(value) < static_cast<double>(kLargestLabel) && value == std::trunc(value);
    return fits ? std::optional(static_cast<std::int64_t>(value)) : std::nullopt;
  }
}

template <class T>
auto printable(T x) {
  if constexpr (std::is_integral_v<T>) {
    return x;
  } else {
    return static_cast<double>(x);
  }
}

/// The only element of each row as a label.
std::vector<std::int64_t> whole_labels(const NpyHeader& header, const NpyElements& elements, const std::string& name) {
  std::vector<std::int64_t> labels(elements.rows());
  with_type(header, [&]<class T>(T) {
    for (std::size_t row = 0; row < labels.size(); ++row) {
      const auto label = label_of(elements.at<T>(row));
      if (!label) {
        throw data_error(
            "{}: row {} (counted from 0) has label {}; expected a whole number below 2^53 in magnitude, a class; to "
            "learn "
            "numbers give a ‹loss› of them, such as mse",
            name, row, printable(elements.at<T>(row)));
      }
      labels[row] = *label;
    }
  });
  return labels;
}

void reject_odd_booleans(const std::vector<std::int64_t>& labels, const std::string& name) {
  for (std::size_t row = 0; row < labels.size(); ++row) {
    if (labels[row] != 0 && labels[row] != 1) {
      throw data_error(
          "{}: row {} (counted from 0) has the byte {} as a boolean; expected 0 or 1; fetch the file again", name, row,
          labels[row]);
    }
  }
}

/// The column of the one in each row, all others of which are 0.
std::vector<std::int64_t> one_hot_labels(const NpyHeader& header, const NpyElements& elements,
                                         const std::string& name) {
  std::vector<std::int64_t> labels(elements.rows());
  std::vector<std::size_t> ones(elements.rows());
  with_type(header, [&]<class T>(T) {
    elements.for_rows<T>(0, elements.rows(), [&](std::size_t row, std::size_t column, T x) {
      const auto value = static_cast<double>(x);
      ones[row] += value == 1 ? 1 : value == 0 ? 0 : 2;  // a second one makes it wrong, as any other number does
      labels[row] = value == 1 ? static_cast<std::int64_t>(column) : labels[row];
    });
  });
  for (std::size_t row = 0; row < ones.size(); ++row) {
    if (ones[row] != 1) {
      throw data_error(
          "{}: is an array of {}, and its row {} (counted from 0) is not one-hot; expected labels: an array of {}, a "
          "class each, of {} x 1, or one-hot rows, a single 1 among zeros",
          name, shape_text(header.shape), row, elements.rows(), elements.rows());
    }
  }
  return labels;
}

/// Adds a character in UTF-8; surrogates and what is beyond Unicode become what is not UTF-8 either.
void append_utf8(std::string& text, std::uint32_t code) {
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
  const auto add_rest = [&](unsigned places) {
    for (unsigned shift = 6 * places; shift > 0;) {
      shift -= 6;
      add(0x80U | (code >> shift & 0x3fU));
    }
  };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xc0U | code >> 6U);
    add_rest(1);
  } else if (code < 0x10000) {
    add(0xe0U | code >> 12U);
    add_rest(2);
  } else {
    add(code < 0x110000 ? 0xf0U | code >> 18U : 0xffU);
    add_rest(3);
  }
}

/// The text of one element, which zeros fill up.
std::string text_at(const NpyHeader& header, const std::uint8_t* element) {
  std::string text;
  if (header.kind == NpyKind::bytes) {
    text.assign(reinterpret_cast<const char*>(element), header.element_size);
  } else {
    for (std::size_t at = 0; at < header.element_size; at += kCharacterBytes) {
      std::uint32_t code = 0;
      for (std::size_t byte = 0; byte < kCharacterBytes; ++byte) {
        const std::size_t place = header.big_endian ? kCharacterBytes - 1 - byte : byte;
        code |= std::uint32_t{element[at + byte]} << (8 * place);
      }
      append_utf8(text, code);
    }
  }
  text.resize(text.find_last_not_of('\0') + 1);  // nothing is left of npos
  return text;
}

std::vector<std::string> texts_of(const NpyHeader& header, const std::uint8_t* elements, const std::string& name) {
  std::vector<std::string> texts;
  for (std::size_t row = 0; row < header.shape.front(); ++row) {
    texts.push_back(text_at(header, elements + row * header.element_size));
    if (texts.back().empty() || !is_utf8(texts.back())) {
      throw data_error("{}: row {} (counted from 0) has {} as its label; expected a text in UTF-8 that is not empty",
                       name, row, texts.back().empty() ? "no text" : "other bytes");
    }
  }
  return texts;
}

}  // namespace

ArrayLabels read_npy_labels(const std::filesystem::path& path) {
  return parse_npy_labels(read_inflated(path), path.string());
}

ArrayLabels parse_npy_labels(const AlignedVector<std::uint8_t>& bytes, const std::string& name) {
  const NpyHeader header = parse_npy_header(bytes, name);
  const bool text = header.kind == NpyKind::bytes || header.kind == NpyKind::unicode;
  if (header.shape.size() > 2 || (text && header.row_elements() > 1)) {
    throw data_error("{}: is an array of {}; expected labels, an array of {}, a class each; check the file", name,
                     shape_text(header.shape), header.shape.front());
  }
  return text ? text_labels(texts_of(header, bytes.data() + header.size, name), name)
              : npy_labels(header, bytes.data() + header.size, name);
}

ArrayLabels npy_labels(const NpyHeader& header, const std::uint8_t* data, const std::string& name) {
  const NpyElements elements(header, data);
  if (elements.features() > 1) {
    return number_labels(one_hot_labels(header, elements, name), name);
  }
  const std::vector<std::int64_t> labels = whole_labels(header, elements, name);
  if (header.kind == NpyKind::boolean) {
    reject_odd_booleans(labels, name);
  }
  return number_labels(labels, name);
}

}  // namespace strata
