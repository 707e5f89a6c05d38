// Arrays that numpy saved, as features, labels and targets.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/target_kind.h"
#include "core/tensor.h"
#include "data/class_index.h"
#include "data/dataset.h"
#include "data/formats/npy_header.h"
#include "data/offsets.h"

namespace strata {

/// Whether `path` has the name of such a file: .npy, possibly with .gz behind it.
bool is_npy_name(const std::filesystem::path& path);

/// The features in an NPY file of rank 2 or more, a row along the first dimension, in either order of bytes and of
/// dimensions: uint8 becomes pixels; booleans, other integers and floating numbers become values, rounded to fp32 once,
/// less `offsets`. A value that is not finite, or not in fp32, is an error, or missing if missing values are filled. A
/// name that ends in .gz is inflated. Throws Error(data) naming the file, row and column.
Dataset read_npy_features(const std::filesystem::path& path, MissingValues missing, int threads,
                          const GivenOffsets& offsets);

/// The labels in an NPY file: of shape (rows) or (rows, 1), booleans, integers, floating numbers that are whole, or
/// text; or one-hot rows, whose labels are the columns of the ones. Throws Error(data) naming file and row.
ArrayLabels read_npy_labels(const std::filesystem::path& path);

/// The same of a file's bytes; `name` is the file's, for messages.
Dataset parse_npy_features(AlignedVector<std::uint8_t> bytes, const std::string& name, MissingValues missing,
                           int threads, const GivenOffsets& offsets = {});
/// The features in some rows of the array in C order that `header` describes, from `first_row` on: `elements` are
/// theirs.
Dataset npy_rows(const NpyHeader& header, AlignedVector<std::uint8_t> elements, std::size_t first_row,
                 const std::string& name, MissingValues missing, int threads, const GivenOffsets& offsets);
ArrayLabels parse_npy_labels(const AlignedVector<std::uint8_t>& bytes, const std::string& name);
/// The labels in the array of numbers that `header` describes and whose elements are these.
ArrayLabels npy_labels(const NpyHeader& header, const std::uint8_t* elements, const std::string& name);

/// What a file of labels holds for those who can learn `takes`: several columns of labels, or numbers; classes
/// otherwise, if they take any. Throws Error(data) if the file is none of numpy's.
TargetKind npy_target_kind(const AlignedVector<std::uint8_t>& bytes, const std::string& name,
                           std::span<const TargetKind> takes);

/// Gives `part` its targets, numbers or labels: an array of shape (rows) or (rows, targets), in fp32. Throws
/// Error(data) naming file, row and column for a number that is not finite, a label that is neither 0 nor 1, or text;
/// or if there is not one row of targets for each row; of a training part also if fp32 holds them badly (offsets.h).
void set_npy_targets(Dataset& part, const AlignedVector<std::uint8_t>& bytes, const std::string& name, TargetKind kind,
                     bool training);
/// The same of the array of numbers that `header` describes and whose elements are these.
void set_npy_targets(Dataset& part, const NpyHeader& header, const std::uint8_t* elements, const std::string& name,
                     TargetKind kind, bool training);

}  // namespace strata
