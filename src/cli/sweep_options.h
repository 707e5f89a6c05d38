// The options of the commands that train many models: their own, and those of train that hold for all of them.
#pragma once

#include "cli/options.h"

namespace strata::cli {

Command sweep_command();
Command find_lr_command();

}  // namespace strata::cli
