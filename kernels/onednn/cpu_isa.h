// What oneDNN is at work, and which of this CPU's instruction sets it uses: bf16 needs one of the newest.
#pragma once

#include <optional>
#include <string>

#include "core/machine.h"
#include "kernels/bf16.h"
#include "kernels/instruction_set.h"

namespace strata::kernels::onednn {

/// The version of the library that runs, e.g. "2.6.3".
std::string version();

/// Limits oneDNN's instruction sets, in the whole process; automatic leaves them as they are. Throws Error(failed) if
/// it has been used with another limit.
void set_newest_instruction_set(InstructionSet instruction_set);

/// What a CPU has for products of bf16 numbers; matrix units (AMX) include the vector instructions (AVX512_BF16).
enum class Bf16Support { none, avx512_bf16, amx };

struct Bf16Features {
  Bf16Support support = Bf16Support::none;
  std::string newest;  ///< the newest instruction set that oneDNN may use here, e.g. "avx2"
};

/// This CPU's, as oneDNN sees it: with the kernel's permission for AMX, which it asks for, and within
/// ONEDNN_MAX_CPU_ISA. From then on set_newest_instruction_set cannot limit oneDNN any more.
Bf16Features bf16_features();

/// How the products are computed: "AMX", "AVX512_BF16".
/// Throws Error(usage) that says what the CPU has, if it has neither.
std::string require_bf16(const Bf16Features& features);

/// How fast bf16 is on a CPU on which it was measured to be slower than fp32 at every batch size (docs/performance.md,
/// "bf16"); none where it was faster at some, or nobody has measured. By what the CPU is: nothing is timed.
std::optional<Bf16Speed> slow_bf16(const Bf16Features& features, const Cpu& cpu);

}  // namespace strata::kernels::onednn
