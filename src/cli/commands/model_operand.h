// MODEL on a command line.
#pragma once

#include <optional>

#include "cli/options/arguments.h"
#include "data/load.h"
#include "io/input_files.h"
#include "run/trained_model.h"

namespace strata::cli {

/// The model that the command line's one operand names. Throws Error(usage) for none or several, or if model and data
/// stand in each other's place; and as trained_model.
TrainedModel named_model(const Command& command, const Arguments& arguments);

/// What a command reads: the models that its operands name, and `data`.
InputFiles files_read(const Arguments& arguments, const std::optional<DataRequest>& data);

}  // namespace strata::cli
