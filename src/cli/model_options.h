// The options of the commands that use a trained model.
#pragma once

#include <array>
#include <string_view>

#include "cli/options.h"

namespace strata::cli {

/// Options of train on the data set that --data names, which `info --data` takes too.
inline constexpr std::array<std::string_view, 13> kDataOptions{
    "labels",       "validation-data", "validation-labels", "test-data",     "test-labels",      "missing",
    "label-column", "ignore-columns",  "id-column",         "weight-column", "category-columns", "unseen-categories",
    "header"};

Command evaluate_command();
Command predict_command();
Command info_command();
Command export_command();

}  // namespace strata::cli
