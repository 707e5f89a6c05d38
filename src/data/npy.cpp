#include "data/npy.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "core/error.h"
#include "data/arena.h"
#include "data/idx.h"
#include "data/npy_header.h"
#include "data/read_file.h"

namespace strata {

namespace {

/// Elements that one task converts.
constexpr std::size_t kTaskElements = 64 * 1024;
constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

/// The bytes of an array (rows, features) and where in them its elements lie.
class Elements {
 public:
  Elements(const NpyHeader& header, const std::uint8_t* data)
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

/// Calls part(first, last) for all rows, in tasks of TBB.
template <class Part>
void for_row_blocks(const Elements& elements, int threads, const Part& part) {
  const std::size_t block = std::max<std::size_t>(1, kTaskElements / elements.features());
  const std::size_t blocks = (elements.rows() + block - 1) / block;
  make_arena(threads).execute([&] {
    tbb::parallel_for(std::size_t{0}, blocks,
                      [&](std::size_t b) { part(b * block, std::min((b + 1) * block, elements.rows())); });
  });
}

/// The least of the indices that threads have told it.
class First {
 public:
  void observe(std::size_t index) {
    std::size_t least = index_;
    while (index < least && !index_.compare_exchange_weak(least, index)) {
    }
  }
  std::size_t index() const { return index_; }

 private:
  std::atomic<std::size_t> index_ = kNone;
};

AlignedVector<std::uint8_t> transposed_pixels(const Elements& elements, int threads) {
  AlignedVector<std::uint8_t> pixels(elements.rows() * elements.features());
  for_row_blocks(elements, threads, [&](std::size_t first, std::size_t last) {
    elements.for_rows<std::uint8_t>(first, last, [&](std::size_t row, std::size_t f, std::uint8_t pixel) {
      pixels[row * elements.features() + f] = pixel;
    });
  });
  return pixels;
}

template <class T>
AlignedVector<float> values_of(const Elements& elements, std::size_t first_row, const std::string& name,
                               MissingValues missing, int threads) {
  const std::size_t features = elements.features();
  AlignedVector<float> values(elements.rows() * features);
  First fault;
  for_row_blocks(elements, threads, [&](std::size_t first, std::size_t last) {
    elements.for_rows<T>(first, last, [&](std::size_t row, std::size_t f, T x) {
      const auto value = static_cast<float>(x);
      const bool finite = std::isfinite(value);
      values[row * features + f] = finite ? value : std::numeric_limits<float>::quiet_NaN();
      if (!finite && missing == MissingValues::error) {
        fault.observe(row * features + f);
      }
    });
  });
  if (const std::size_t index = fault.index(); index != kNone) {
    const std::size_t row = index / features;
    const std::size_t f = index % features;
    throw data_error(
        "{}: row {}, column {} (counted from 0) is {}; expected a finite number of fp32; mend it, or give --missing "
        "mean",
        name, first_row + row, f, elements.at<T>(elements.index(row, f)));
  }
  return values;
}

void check_rows(const NpyHeader& header, const std::string& name) {
  if (header.shape.front() > std::numeric_limits<std::uint32_t>::max()) {
    throw data_error("{}: has {} rows; expected fewer than 2^32; divide the file", name, header.shape.front());
  }
}

/// The array that `header` and `bytes` are, as rows from `first_row` on.
Dataset features_of(const NpyHeader& header, AlignedVector<std::uint8_t> bytes, std::size_t first_row,
                    const std::string& name, MissingValues missing, int threads) {
  if (header.shape.size() < 2) {
    throw data_error("{}: is an array of rank 1, as labels are; expected features, of rank 2 or more; check the file",
                     name);
  }
  check_rows(header, name);
  const Elements elements(header, bytes.data() + header.size);
  Dataset dataset;
  dataset.source = name;
  dataset.sample_shape.assign(header.shape.begin() + 1, header.shape.end());
  dataset.features = elements.features();
  if (header.kind == NpyKind::floating) {
    dataset.values = header.element_size == sizeof(float)
                         ? values_of<float>(elements, first_row, name, missing, threads)
                         : values_of<double>(elements, first_row, name, missing, threads);
  } else if (header.kind != NpyKind::unsigned_integer || header.element_size != 1) {
    throw data_error("{}: holds {}; expected features of uint8, float32 or float64; convert it", name,
                     npy_type_name(header));
  } else if (header.fortran_order) {
    dataset.pixels = transposed_pixels(elements, threads);
  } else {
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(header.size));
    dataset.pixels = std::move(bytes);
  }
  return dataset;
}

/// The label that `x` is, or kMostClasses if it is none.
template <class T>
std::uint32_t label_of(T x) {
  if constexpr (std::is_floating_point_v<T>) {
    return x >= 0 && x < static_cast<T>(kMostClasses) && x == std::trunc(x) ? static_cast<std::uint32_t>(x)
                                                                            : kMostClasses;
  } else {
    return std::cmp_greater_equal(x, 0) && std::cmp_less(x, kMostClasses) ? static_cast<std::uint32_t>(x)
                                                                          : kMostClasses;
  }
}

template <class T>
std::vector<std::uint32_t> labels_of(const Elements& elements, const std::string& name) {
  std::vector<std::uint32_t> labels(elements.rows());
  for (std::size_t row = 0; row < labels.size(); ++row) {
    labels[row] = label_of(elements.at<T>(row));
    if (labels[row] == kMostClasses) {
      throw data_error(
          "{}: row {} (counted from 0) has label {}; expected a whole number from 0 to {}; number the "
          "classes 0, 1, …",
          name, row, elements.at<T>(row), kMostClasses - 1);
    }
  }
  return labels;
}

std::vector<std::uint32_t> signed_labels(const NpyHeader& header, const Elements& elements, const std::string& name) {
  switch (header.element_size) {
    case 1:
      return labels_of<std::int8_t>(elements, name);
    case 2:
      return labels_of<std::int16_t>(elements, name);
    case 4:
      return labels_of<std::int32_t>(elements, name);
    default:
      return labels_of<std::int64_t>(elements, name);
  }
}

/// Of booleans too, which are bytes of 0 or 1.
std::vector<std::uint32_t> unsigned_labels(const NpyHeader& header, const Elements& elements, const std::string& name) {
  switch (header.element_size) {
    case 1:
      return labels_of<std::uint8_t>(elements, name);
    case 2:
      return labels_of<std::uint16_t>(elements, name);
    case 4:
      return labels_of<std::uint32_t>(elements, name);
    default:
      return labels_of<std::uint64_t>(elements, name);
  }
}

}  // namespace

bool is_npy_name(const std::filesystem::path& path) {
  return path.extension() == ".npy" || (path.extension() == ".gz" && path.stem().extension() == ".npy");
}

Dataset read_npy_features(const std::filesystem::path& path, MissingValues missing, int threads) {
  return parse_npy_features(read_inflated(path), path.string(), missing, threads);
}

std::vector<std::uint32_t> read_npy_labels(const std::filesystem::path& path) {
  return parse_npy_labels(read_inflated(path), path.string());
}

Dataset parse_npy_features(AlignedVector<std::uint8_t> bytes, const std::string& name, MissingValues missing,
                           int threads) {
  const NpyHeader header = parse_npy_header(bytes, name);
  return features_of(header, std::move(bytes), 0, name, missing, threads);
}

Dataset npy_rows(const NpyHeader& header, AlignedVector<std::uint8_t> elements, std::size_t first_row,
                 const std::string& name, MissingValues missing, int threads) {
  NpyHeader part = header;
  part.size = 0;
  part.shape.front() = elements.size() / (header.row_elements() * header.element_size);
  return features_of(part, std::move(elements), first_row, name, missing, threads);
}

std::vector<std::uint32_t> parse_npy_labels(const AlignedVector<std::uint8_t>& bytes, const std::string& name) {
  const NpyHeader header = parse_npy_header(bytes, name);
  if (header.shape.size() != 1) {
    throw data_error("{}: is an array of rank {}, as features are; expected labels, of rank 1; check the file", name,
                     header.shape.size());
  }
  check_rows(header, name);
  const Elements elements(header, bytes.data() + header.size);
  switch (header.kind) {
    case NpyKind::signed_integer:
      return signed_labels(header, elements, name);
    case NpyKind::floating:
      return header.element_size == sizeof(float) ? labels_of<float>(elements, name)
                                                  : labels_of<double>(elements, name);
    case NpyKind::boolean:
    case NpyKind::unsigned_integer:
      break;
  }
  return unsigned_labels(header, elements, name);
}

}  // namespace strata
