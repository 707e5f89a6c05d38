// The elements of an NPY file, in any type, byte order and order of dimensions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "data/formats/npy_header.h"

namespace strata {

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
