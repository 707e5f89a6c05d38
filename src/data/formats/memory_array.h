// Arrays in memory that somebody else owns, as features, labels and targets: as NPY files of the same numbers.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/target_kind.h"
#include "data/class_index.h"
#include "data/dataset.h"
#include "data/formats/npy_header.h"
#include "data/offsets.h"

namespace strata {

/// Numbers in this machine's order of bytes. None of `shape` is 0.
struct MemoryArray {
  const void* data = nullptr;
  NpyKind kind = NpyKind::floating;  ///< no text
  std::size_t element_size = 0;
  std::vector<std::size_t> shape;
  std::vector<std::ptrdiff_t> strides;  ///< of each dimension, bytes from an element to the next
  std::string name;                     ///< what to call it in messages
};

/// Features, a row along the first of two dimensions or more.
struct MemoryFeatures {
  Dataset data;
  std::string fault;  ///< what is to be said of the first value that is not finite or not in fp32; empty: all are
};

/// uint8 in C order, and floats in C order that are all finite and need no offsets, are lent to the dataset, whose
/// memory must outlive it and its copies; all others are copied, values that are not finite as missing ones. Throws
/// Error(data) for a boolean that is neither 0 nor 1, or an array of rank 1.
MemoryFeatures memory_features(const MemoryArray& array, int threads, const GivenOffsets& offsets);

/// Labels of shape (rows) or (rows, 1), or one-hot rows. Throws Error(data), as parse_npy_labels.
ArrayLabels memory_labels(const MemoryArray& array);

/// Gives `part` its targets; floats in C order are lent to it. Throws as set_npy_targets.
void set_memory_targets(Dataset& part, const MemoryArray& array, TargetKind kind, bool training);

/// Gives `part` the rows' weights, of shape (rows). Throws Error(data) for one that is not finite or below 0, for
/// another number of them than there are rows, or if all are 0.
void set_memory_weights(Dataset& part, const MemoryArray& array);

}  // namespace strata
