// What the rows of a data set say that a network is to learn.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace strata {

/// classes: each row is of one class, by index. labels: each row has some of several labels, 1 where it has one, else
/// 0. numbers: one or several numbers.
enum class TargetKind { classes, labels, numbers };

/// What they are called, by value: the kinds themselves, and so many of them in records and summaries.
inline constexpr std::array<std::string_view, 3> kTargetKinds{"classes", "labels", "numbers"};
inline constexpr std::array<std::string_view, 3> kTargetCounts{"classes", "labels", "targets"};

constexpr std::string_view name_of(TargetKind kind) { return kTargetKinds[static_cast<std::size_t>(kind)]; }
constexpr std::string_view counted(TargetKind kind) { return kTargetCounts[static_cast<std::size_t>(kind)]; }

}  // namespace strata
