// What oneDNN library is at work, and what it may use.
#pragma once

#include <string>

#include "kernels/instruction_set.h"

namespace strata::kernels::onednn {

/// The version of the library that runs, e.g. "2.6.3".
std::string version();

/// Limits oneDNN's instruction sets, in the whole process; automatic leaves them as they are. Throws Error(failed) if
/// it has been used with another limit.
void set_newest_instruction_set(InstructionSet instruction_set);

}  // namespace strata::kernels::onednn
