#include "data/formats/memory_array.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

#include "core/error.h"
#include "data/formats/npy.h"
#include "data/formats/npy_elements.h"
#include "data/parallel.h"

namespace strata {

namespace {

/// Whether the elements lie without gaps, the last dimension fastest or, if `first_fastest`, the first one.
bool is_packed(const MemoryArray& array, bool first_fastest) {
  auto expected = static_cast<std::ptrdiff_t>(array.element_size);
  for (std::size_t i = 0; i < array.shape.size(); ++i) {
    const std::size_t d = first_fastest ? i : array.shape.size() - 1 - i;
    if (array.shape[d] > 1 && array.strides[d] != expected) {
      return false;
    }
    expected *= static_cast<std::ptrdiff_t>(array.shape[d]);
  }
  return true;
}

NpyHeader header_of(const MemoryArray& array, bool first_fastest) {
  return {.kind = array.kind,
          .element_size = array.element_size,
          .big_endian = std::endian::native == std::endian::big,
          .fortran_order = first_fastest,
          .shape = array.shape,
          .size = 0};
}

std::size_t element_count(const MemoryArray& array) {
  std::size_t count = 1;
  for (const std::size_t size : array.shape) {
    count *= size;
  }
  return count;
}

/// Copies a line of elements that lie `stride` apart.
template <std::size_t kSize>
void copy_line(const std::uint8_t* from, std::ptrdiff_t stride, std::size_t count, std::uint8_t* to) {
  for (std::size_t i = 0; i < count; ++i, from += stride, to += kSize) {
    std::memcpy(to, from, kSize);
  }
}

void copy_elements(const std::uint8_t* from, std::ptrdiff_t stride, std::size_t count, std::size_t size,
                   std::uint8_t* to) {
  switch (size) {
    case 1:
      return copy_line<1>(from, stride, count, to);
    case 2:
      return copy_line<2>(from, stride, count, to);
    case 4:
      return copy_line<4>(from, stride, count, to);
    default:
      return copy_line<8>(from, stride, count, to);
  }
}

/// Copies dimension d and those behind it in C order. Returns where the copy ends.
std::uint8_t* copy_dimension(const MemoryArray& array, std::size_t d, const std::uint8_t* from, std::uint8_t* to) {
  if (d + 1 == array.shape.size()) {
    copy_elements(from, array.strides[d], array.shape[d], array.element_size, to);
    return to + array.shape[d] * array.element_size;
  }
  for (std::size_t i = 0; i < array.shape[d]; ++i) {
    to = copy_dimension(array, d + 1, from + static_cast<std::ptrdiff_t>(i) * array.strides[d], to);
  }
  return to;
}

/// The elements without gaps, as an NPY file has them.
struct PackedArray {
  NpyHeader header;
  AlignedVector<std::uint8_t> elements;
};

PackedArray packed(const MemoryArray& array) {
  const bool first_fastest = !is_packed(array, false) && is_packed(array, true);
  PackedArray copy{header_of(array, first_fastest),
                   AlignedVector<std::uint8_t>(element_count(array) * array.element_size)};
  const auto* const from = static_cast<const std::uint8_t*>(array.data);
  if (first_fastest || is_packed(array, false)) {
    std::memcpy(copy.elements.data(), from, copy.elements.size());
  } else {
    copy_dimension(array, 0, from, copy.elements.data());
  }
  return copy;
}

bool is_of(const MemoryArray& array, NpyKind kind, std::size_t size) {
  return array.kind == kind && array.element_size == size;
}

/// The array's memory, where it can be read as it lies; nobody of ours changes it.
template <class T>
std::span<T> lent(const MemoryArray& array) {
  const bool aligned = reinterpret_cast<std::uintptr_t>(array.data) % alignof(T) == 0;
  return aligned && is_packed(array, false)
             ? std::span(static_cast<T*>(const_cast<void*>(array.data)), element_count(array))
             : std::span<T>();
}

/// One that keeps nothing: its memory is the caller's.
std::shared_ptr<const void> no_keeper(const MemoryArray& array) { return {std::shared_ptr<const void>(), array.data}; }

bool all_finite(std::span<const float> values, int threads) {
  constexpr std::size_t kTask = 256 * 1024;
  constexpr std::size_t kFew = 1024 * 1024;  // looked at before a thread has started
  std::atomic<bool> finite = true;
  on_threads(values.size() <= kFew ? 1 : threads, [&] {
    run_tasks((values.size() + kTask - 1) / kTask, [&](std::size_t task) {
      const auto part = values.subspan(task * kTask, std::min(kTask, values.size() - task * kTask));
      unsigned odd = 0;  // without a branch
      for (const float x : part) {
        odd |= std::isfinite(x) ? 0U : 1U;
      }
      if (odd != 0) {
        finite = false;
      }
    });
  });
  return finite;
}

Dataset dataset_of(const MemoryArray& array) {
  Dataset data;
  data.source = array.name;
  data.sample_shape.assign(array.shape.begin() + 1, array.shape.end());
  data.features = element_count(array) / array.shape.front();
  return data;
}

}  // namespace

MemoryFeatures memory_features(const MemoryArray& array, int threads, const GivenOffsets& offsets) {
  if (array.shape.size() > 1 && is_of(array, NpyKind::unsigned_integer, 1)) {
    if (const std::span<std::uint8_t> pixels = lent<std::uint8_t>(array); !pixels.empty()) {
      MemoryFeatures features{dataset_of(array), {}};
      features.data.pixels = {pixels, no_keeper(array)};
      return features;
    }
  }
  if (array.shape.size() > 1 && is_of(array, NpyKind::floating, sizeof(float)) && (!offsets || offsets->empty())) {
    if (const std::span<float> values = lent<float>(array); !values.empty() && all_finite(values, threads)) {
      MemoryFeatures features{dataset_of(array), {}};
      features.data.values = {values, no_keeper(array)};
      return features;
    }
  }
  const auto read = [&](MissingValues missing) {
    PackedArray copy = packed(array);
    return npy_rows(copy.header, std::move(copy.elements), 0, array.name, missing, threads, offsets);
  };
  Dataset filled = read(MissingValues::mean);
  const std::size_t missing =
      static_cast<std::size_t>(std::ranges::count_if(filled.values, [](float x) { return std::isnan(x); }));
  std::string fault;
  if (missing > 0) {
    try {
      read(MissingValues::error);
    } catch (const Error& error) {
      fault = error.what();
    }
  }
  return {std::move(filled), std::move(fault)};
}

ArrayLabels memory_labels(const MemoryArray& array) {
  if (array.shape.size() > 2) {
    throw data_error("{}: is an array of rank {}; expected labels, one for each row", array.name, array.shape.size());
  }
  const PackedArray copy = packed(array);
  return npy_labels(copy.header, copy.elements.data(), array.name);
}

void set_memory_targets(Dataset& part, const MemoryArray& array, TargetKind kind, bool training) {
  const std::span<float> values =
      is_of(array, NpyKind::floating, sizeof(float)) ? lent<float>(array) : std::span<float>();
  if (values.empty()) {
    const PackedArray copy = packed(array);
    set_npy_targets(part, copy.header, copy.elements.data(), array.name, kind, training);
    return;
  }
  set_npy_targets(part, header_of(array, false), static_cast<const std::uint8_t*>(array.data), array.name, kind,
                  training);
  part.target_values = {values, no_keeper(array)};
}

void set_memory_weights(Dataset& part, const MemoryArray& array) {
  Dataset weights;
  weights.source = part.source;
  weights.features = 1;
  weights.values.resize(part.rows());
  set_memory_targets(weights, array, TargetKind::numbers, false);
  if (weights.target_columns != 1) {
    throw data_error("{}: has {} columns; expected a weight for each row", array.name, weights.target_columns);
  }
  const auto& values = weights.target_values;
  if (const auto bad = std::ranges::find_if(values, [](float weight) { return weight < 0; }); bad != values.end()) {
    throw data_error("{}: row {} (counted from 0) has {}; expected a weight from 0", array.name, bad - values.begin(),
                     *bad);
  }
  if (std::ranges::all_of(values, [](float weight) { return weight == 0; })) {
    throw data_error("{}: all weights are 0, so that no row counts; give one row a weight", array.name);
  }
  part.row_weights = std::vector<float>(values.begin(), values.end());
}

}  // namespace strata
