// The elements of an NPY file: their C++ types, and where they lie, in any byte order and order of dimensions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "core/number.h"
#include "data/formats/npy_header.h"

namespace strata {

/// A floating number of 16 bits.
struct Half {
  std::uint16_t bits;

  operator float() const { return float_of_half(bits); }
};

/// Calls use(T{}) for the type T of the header's numbers, a boolean's being a byte, and gives what it gives. For text,
/// which is no number, bytes.
template <class Use>
auto with_type(const NpyHeader& header, Use&& use) {
  const auto by_size = [&]<class One, class Two, class Four, class Eight>() {
    switch (header.element_size) {
      case 1:
        return use(One{});
      case 2:
        return use(Two{});
      case 4:
        return use(Four{});
      default:
        return use(Eight{});
    }
  };
  switch (header.kind) {
    case NpyKind::signed_integer:
      return by_size.template operator()<std::int8_t, std::int16_t, std::int32_t, std::int64_t>();
    case NpyKind::unsigned_integer:
      return by_size.template operator()<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t>();
    case NpyKind::floating:
      return by_size.template operator()<Half, Half, float, double>();
    case NpyKind::boolean:
    case NpyKind::bytes:
    case NpyKind::unicode:
      break;
  }
  return use(std::uint8_t{});
}

/// The bytes of an array (rows, features) and where in them its elements lie.
class NpyElements {
 public:
  NpyElements(const NpyHeader& header, const std::uint8_t* data)
      : header_(header), data_(data), rows_(header.shape.front()), features_(header.row_elements()) {}

  std::size_t rows() const { return rows_; }
  std::size_t features() const { return features_; }

  template <class T>
  T at(std::size_t index) const {
    T value;
    std::memcpy(&value, data_ + index * sizeof(T), sizeof(T));
    return header_.big_endian ? swapped(value) : value;
  }

  /// Calls use(row, feature, element) for all features of rows first … last - 1, as they lie in the file.
  template <class T, class Use>
  void for_rows(std::size_t first, std::size_t last, const Use& use) const {
    if (!header_.fortran_order) {
      for (std::size_t row = first; row < last; ++row) {
        for (std::size_t f = 0; f < features_; ++f) {
          use(row, f, at<T>(row * features_ + f));
        }
      }
      return;
    }
    for (std::size_t f = 0; f < features_; ++f) {
      const std::size_t column = fortran_column(f) * rows_;
      for (std::size_t row = first; row < last; ++row) {
        use(row, f, at<T>(column + row));
      }
    }
  }

  /// The place of feature f, counted with the last dimension fastest, where the first one is.
  std::size_t fortran_column(std::size_t f) const {
    std::size_t column = 0;
    std::size_t stride = features_;
    for (std::size_t d = header_.shape.size(); d-- > 1;) {
      stride /= header_.shape[d];
      column += f % header_.shape[d] * stride;
      f /= header_.shape[d];
    }
    return column;
  }

  /// Where feature f of a row stands.
  std::size_t index(std::size_t row, std::size_t f) const {
    return header_.fortran_order ? fortran_column(f) * rows_ + row : row * features_ + f;
  }

 private:
  template <class T>
  static T swapped(T value) {
    std::uint8_t bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    std::reverse(bytes, bytes + sizeof(T));
    std::memcpy(&value, bytes, sizeof(T));
    return value;
  }

  const NpyHeader& header_;
  const std::uint8_t* data_;
  std::size_t rows_;
  std::size_t features_;
};

}  // namespace strata
