// What oneDNN library is at work, and what it may use.
#pragma once

#include <string>

#include "kernels/instruction_set.h"

namespace strata::kernels::onednn {

/// The version of the library that runs, e.g. "2.6.3".
std::string version();

/// Limits oneDNN's instruction sets. Throws Error(failed) if primitives exist already.
void set_newest_instruction_set(InstructionSet instruction_set);

}  // namespace strata::kernels::onednn
