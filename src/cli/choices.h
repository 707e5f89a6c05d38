// The names that options give to values of enumerations.
#pragma once

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <vector>

#include "data/sampler.h"
#include "data/scaler.h"
#include "data/split.h"
#include "engine/engine.h"
#include "kernels/activation.h"
#include "kernels/instruction_set.h"
#include "kernels/precision.h"
#include "model/initialize.h"
#include "model/model_spec.h"
#include "train/monitor.h"

namespace strata::cli {

/// How a sweep chooses its trials.
enum class Strategy { grid, random, halving };

enum class ProgressStyle { automatic, bar, lines, none };

template <class T>
struct Choice {
  T value;
  std::string_view name;
};
template <class T>
Choice(T, const char*) -> Choice<T>;  // clang 14 does not deduce aggregates

inline constexpr std::array kSplits{Choice{SplitKind::shuffled, "shuffled"},
                                    Choice{SplitKind::stratified, "stratified"}, Choice{SplitKind::tail, "tail"}};
inline constexpr std::array kScalers{Choice{ScalerKind::standard, "standard"}, Choice{ScalerKind::unit, "unit"},
                                     Choice{ScalerKind::none, "none"}};
inline constexpr std::array kConventions{Choice{Convention::keras, "keras"}, Choice{Convention::torch, "torch"}};
inline constexpr std::array kSamplings{Choice{SamplingKind::random, "random"}, Choice{SamplingKind::shuffle, "shuffle"},
                                       Choice{SamplingKind::sequential, "sequential"}};
inline constexpr std::array kEngines{Choice{EngineKind::automatic, "auto"}, Choice{EngineKind::onednn, "onednn"},
                                     Choice{EngineKind::panels, "panels"}};
inline constexpr std::array kPrecisions{Choice{kernels::Precision::f32, "f32"},
                                        Choice{kernels::Precision::bf16, "bf16"}};
inline constexpr std::array kInstructionSets{
    Choice{kernels::InstructionSet::automatic, "auto"}, Choice{kernels::InstructionSet::baseline, "baseline"},
    Choice{kernels::InstructionSet::avx2, "avx2"}, Choice{kernels::InstructionSet::avx512, "avx512"}};
inline constexpr std::array kStrategies{Choice{Strategy::grid, "grid"}, Choice{Strategy::random, "random"},
                                        Choice{Strategy::halving, "halving"}};
inline constexpr std::array kProgressStyles{Choice{ProgressStyle::automatic, "auto"}, Choice{ProgressStyle::bar, "bar"},
                                            Choice{ProgressStyle::lines, "lines"}, Choice{ProgressStyle::none, "none"}};

/// The names in `table`, whose elements each have a `name`.
template <class Table>
std::vector<std::string_view> names_of(const Table& table) {
  std::vector<std::string_view> names;
  names.reserve(std::size(table));
  for (const auto& entry : table) {
    names.push_back(entry.name);
  }
  return names;
}

/// The entry called `name`, which must be there: the parser has checked it against names_of(table).
template <class Table>
const auto& entry_named(const Table& table, std::string_view name) {
  return *std::find_if(table.begin(), table.end(), [&](const auto& entry) { return entry.name == name; });
}

/// The name of `value` in a table of choices.
template <class Table, class T>
std::string_view name_of(const Table& table, T value) {
  return std::find_if(table.begin(), table.end(), [&](const auto& entry) { return entry.value == value; })->name;
}

inline std::string_view activation_name(const Activation& activation) {
  return std::find_if(kernels::kActivations.begin(), kernels::kActivations.end(),
                      [&](const auto& entry) { return entry.kind == activation.kind; })
      ->name;
}

inline std::string_view initializer_name(Initializer initializer) {
  return std::find_if(kInitializers.begin(), kInitializers.end(),
                      [&](const auto& entry) { return entry.initializer == initializer; })
      ->name;
}

}  // namespace strata::cli
