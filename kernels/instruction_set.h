// Which instruction set the kernels and oneDNN use. The choice is the process's, as oneDNN's is: make it once, first.
#pragma once

#include <string>
#include <vector>

namespace strata::kernels {

enum class InstructionSet { automatic, baseline, avx2, avx512 };

/// The newest instruction set to use, for our kernels and for oneDNN; call it before any kernel or primitive.
/// Throws Error(usage) if this CPU lacks it, and Error(failed) if oneDNN has already settled its own.
void set_instruction_set(InstructionSet instruction_set);

/// The names that set_instruction_set would take here, oldest first, before it has been called.
std::vector<std::string> instruction_sets();

/// What our kernels run on: "avx512", "avx2", "baseline" (x86-64 without FMA), "neon", ….
std::string instruction_set_name();

}  // namespace strata::kernels
