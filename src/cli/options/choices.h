// The names that options of commands alone give to values of enumerations.
#pragma once

#include <array>
#include <string_view>

#include "io/prediction_writer.h"
#include "settings/choices.h"
#include "train/part.h"

namespace strata::cli {

/// The section of help that several commands have: what they write.
inline constexpr std::string_view kOutput = "Output";

enum class ProgressStyle { automatic, bar, lines, none };

inline constexpr std::array kProgressStyles{Choice{ProgressStyle::automatic, "auto"}, Choice{ProgressStyle::bar, "bar"},
                                            Choice{ProgressStyle::lines, "lines"}, Choice{ProgressStyle::none, "none"}};

}  // namespace strata::cli
