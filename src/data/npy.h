// Arrays that numpy saved, as features and labels.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "data/dataset.h"
#include "data/npy_header.h"

namespace strata {

/// Whether `path` has the name of such a file: .npy, possibly with .gz behind it.
bool is_npy_name(const std::filesystem::path& path);

/// The features in an NPY file of rank 2 or more, a row along the first dimension, in either order of bytes and of
/// dimensions: uint8 becomes pixels, float32 and float64 become values, rounded to fp32. A value that is not finite, or
/// not in fp32, is an error, or missing if missing values are filled. A name that ends in .gz is inflated.
/// Throws Error(data) naming the file, row and column.
Dataset read_npy_features(const std::filesystem::path& path, MissingValues missing, int threads);

/// The class indices in an NPY file of rank 1: booleans, integers, or floating numbers that are whole; each below
/// kMostClasses. Throws Error(data) naming file and row.
std::vector<std::uint32_t> read_npy_labels(const std::filesystem::path& path);

/// More classes than any network has outputs for.
inline constexpr std::uint32_t kMostClasses = 1'000'000;

/// The same of a file's bytes; `name` is the file's, for messages.
Dataset parse_npy_features(AlignedVector<std::uint8_t> bytes, const std::string& name, MissingValues missing,
                           int threads);
/// The features in some rows of the array in C order that `header` describes, from `first_row` on: `elements` are
/// theirs.
Dataset npy_rows(const NpyHeader& header, AlignedVector<std::uint8_t> elements, std::size_t first_row,
                 const std::string& name, MissingValues missing, int threads);
std::vector<std::uint32_t> parse_npy_labels(const AlignedVector<std::uint8_t>& bytes, const std::string& name);

}  // namespace strata
