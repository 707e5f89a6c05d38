// Divides the rows of a training part into training and validation.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace strata {

enum class SplitKind { shuffled, stratified, tail };

/// By their names in options, configurations and model files.
struct SplitEntry {
  SplitKind value;
  std::string_view name;
};
inline constexpr std::array kSplits{SplitEntry{SplitKind::shuffled, "shuffled"},
                                    SplitEntry{SplitKind::stratified, "stratified"},
                                    SplitEntry{SplitKind::tail, "tail"}};

/// Row indices, ascending in each part; together every row once.
struct Split {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> validation;
};

/// The training part gets floor(rows * (1 - fraction)) rows, as Keras' validation_split; fraction in [0, 1), labels not
/// empty.
/// shuffled: a random choice keyed by (seed, split stream). stratified: each class holds out its share, the
/// remainders going to the largest fractions (ties: the smaller class), rows of a class chosen at random.
/// Both hold out what comes first in permutation(random, count, major) (kernels/random_words.h) of the ascending rows:
/// shuffled of all rows with major 0, stratified of each class' rows with the class as major. tail: the last rows in
/// file order are held out. Throws Error(usage) if a fraction above 0 leaves the training or the validation part empty.
Split split_rows(SplitKind kind, std::span<const std::uint32_t> labels, double fraction, std::uint64_t seed);

}  // namespace strata
