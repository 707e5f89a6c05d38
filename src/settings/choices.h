// The names that options give to values of enumerations.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "data/sampler.h"
#include "data/scaler.h"
#include "engine/engine.h"
#include "io/prediction_writer.h"
#include "kernels/activation.h"
#include "kernels/bf16.h"
#include "kernels/instruction_set.h"
#include "model/initialize.h"
#include "model/model.h"
#include "settings/option.h"
#include "train/part.h"

namespace strata {

template <class T>
struct Choice {
  T value;
  std::string_view name;
};
template <class T>
Choice(T, const char*) -> Choice<T>;  // clang 14 does not deduce aggregates

inline constexpr std::array kScalers{Choice{ScalerKind::standard, "standard"}, Choice{ScalerKind::unit, "unit"},
                                     Choice{ScalerKind::none, "none"}};
inline constexpr std::array kTargetScalers{Choice{ScalerKind::standard, "standard"}, Choice{ScalerKind::none, "none"}};
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

inline constexpr std::array kParts{Choice{Part::test, "test"}, Choice{Part::validation, "validation"},
                                   Choice{Part::train, "train"}, Choice{Part::all, "all"}};
inline constexpr std::array kPredictionFormats{Choice{PredictionFormat::csv, "csv"},
                                               Choice{PredictionFormat::jsonl, "jsonl"},
                                               Choice{PredictionFormat::npy, "npy"}};

/// The value of an entry of a table of names, whatever the table calls it.
inline auto value_of(const kernels::ActivationEntry& entry) { return entry.kind; }
inline auto value_of(const InitializerName& entry) { return entry.initializer; }
template <class Entry>
auto value_of(const Entry& entry) {
  return entry.value;
}

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

/// The entry called `name`, which must be there: whoever took the name has checked it against names_of(table).
template <class Table>
const auto& entry_named(const Table& table, std::string_view name) {
  return *std::find_if(table.begin(), table.end(), [&](const auto& entry) { return entry.name == name; });
}

/// The name of `value` in a table of choices.
template <class Table, class T>
std::string_view name_of(const Table& table, T value) {
  return std::find_if(table.begin(), table.end(), [&](const auto& entry) { return value_of(entry) == value; })->name;
}

/// The option, whose value is one of the names in `table`.
template <class Table>
Option with_choices(Option option, const Table& table) {
  option.choices = names_of(table);
  option.value = fmt::format("{}", fmt::join(option.choices, "|"));
  return option;
}

/// Such an option of a command.
template <class Table>
Option choice(std::string_view name, const Table& table, std::string_view fallback, std::string_view heading,
              std::string_view help) {
  return with_choices({.name = name, .fallback = std::string(fallback), .heading = heading, .help = help}, table);
}

}  // namespace strata
