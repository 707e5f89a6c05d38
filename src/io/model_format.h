// What the writing (model_file.cpp) and the reading (read_model.cpp) of a model file share.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "objective/objective.h"

namespace strata {

/// The text of format_version.
inline constexpr std::string_view kModelVersion = "1";
/// Of models with another objective than softmax_cross_entropy, which earlier versions would have read as that.
inline constexpr std::string_view kObjectiveModelVersion = "2";
inline constexpr std::array<std::string_view, 2> kConventionNames{"keras", "torch"};  ///< by value of Convention

/// Whether the metadata of that key have a field of ModelFile, so that they are no note.
bool has_field(std::string_view key);

/// What the names of a layer's tensors begin with: `layers.0.`
std::string layer_prefix(std::size_t layer);

/// How many targets the outputs of such an objective stand for.
TargetShape target_shape(const Objective& objective, TargetKind targets, std::size_t outputs);

}  // namespace strata
