#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "core/error.h"
#include "data/npy.h"
#include "data/npy_elements.h"
#include "data/read_file.h"

namespace strata {

namespace {

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
std::vector<std::uint32_t> labels_of(const NpyElements& elements, const std::string& name) {
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

std::vector<std::uint32_t> signed_labels(const NpyHeader& header, const NpyElements& elements,
                                         const std::string& name) {
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

std::vector<std::uint32_t> unsigned_labels(const NpyHeader& header, const NpyElements& elements,
                                           const std::string& name) {
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

/// Of bytes that are 0 or 1.
std::vector<std::uint32_t> boolean_labels(const NpyElements& elements, const std::string& name) {
  std::vector<std::uint32_t> labels = labels_of<std::uint8_t>(elements, name);
  const auto other = std::ranges::find_if(labels, [](std::uint32_t label) { return label > 1; });
  if (other != labels.end()) {
    throw data_error("{}: row {} (counted from 0) has the byte {} as a boolean; expected 0 or 1; fetch the file again",
                     name, other - labels.begin(), *other);
  }
  return labels;
}

}  // namespace

std::vector<std::uint32_t> read_npy_labels(const std::filesystem::path& path) {
  return parse_npy_labels(read_inflated(path), path.string());
}

std::vector<std::uint32_t> parse_npy_labels(const AlignedVector<std::uint8_t>& bytes, const std::string& name) {
  const NpyHeader header = parse_npy_header(bytes, name);
  if (header.shape.size() != 1) {
    throw data_error("{}: is an array of rank {}, as features are; expected labels, of rank 1; check the file", name,
                     header.shape.size());
  }
  const NpyElements elements(header, bytes.data() + header.size);
  switch (header.kind) {
    case NpyKind::signed_integer:
      return signed_labels(header, elements, name);
    case NpyKind::floating:
      return header.element_size == sizeof(float) ? labels_of<float>(elements, name)
                                                  : labels_of<double>(elements, name);
    case NpyKind::boolean:
      return boolean_labels(elements, name);
    case NpyKind::unsigned_integer:
      break;
  }
  return unsigned_labels(header, elements, name);
}

}  // namespace strata
