// The options of the commands that use a trained model.
#pragma once

#include "cli/options.h"

namespace strata::cli {

Command evaluate_command();
Command predict_command();
Command info_command();

}  // namespace strata::cli
