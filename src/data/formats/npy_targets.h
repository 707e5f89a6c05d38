// What is to be learnt of the rows of arrays, where that is no class: numbers, or labels that are 0 or 1.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/target_kind.h"
#include "core/tensor.h"
#include "data/dataset.h"
#include "data/formats/npy_header.h"

namespace strata {

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
