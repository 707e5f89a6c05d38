#include "kernels/instruction_set.h"

#include <string>

#include "core/error.h"
#include "kernels/onednn/version.h"
#include "kernels/targets.h"

namespace strata::kernels {

namespace {

struct Description {
  std::string name;
  std::int64_t newest;  ///< the newest Highway target allowed
};

/// The Highway targets that this CPU has and set_instruction_set allows.
std::int64_t allowed_targets() {
  const std::int64_t targets = hwy::SupportedTargets();
  // Highway 1.0's SupportedTargets lets kernels run on all that the CPU has, disabled or not: take that back.
  hwy::GetChosenTarget().Update(targets);
  return targets;
}

Description describe(InstructionSet instruction_set) {
#if HWY_ARCH_X86
  switch (instruction_set) {
    case InstructionSet::baseline:
      return {"baseline", HWY_SSE4};
    case InstructionSet::avx2:
      return {"avx2", HWY_AVX2};
    case InstructionSet::avx512:
      return {"avx512", HWY_AVX3};
    case InstructionSet::automatic:
      break;
  }
#endif
  if (instruction_set == InstructionSet::automatic || instruction_set == InstructionSet::baseline) {
    return {"auto", 1};
  }
  throw usage_error("--isa: this is no x86-64 CPU, so it has neither avx2 nor avx512; use auto or baseline");
}

}  // namespace

void set_instruction_set(InstructionSet instruction_set) {
  const Description wanted = describe(instruction_set);
  if (instruction_set != InstructionSet::automatic) {
    const bool needs_cpu = instruction_set != InstructionSet::baseline;
    if (needs_cpu && (allowed_targets() & wanted.newest) == 0) {
      throw usage_error("--isa {}: this CPU does not have it; the newest it has is {}: use that, or auto", wanted.name,
                        instruction_set_name());
    }
    // A Highway target is the newer, the lower its bit.
    hwy::DisableTargets(wanted.newest - 1);
  }
  onednn::set_newest_instruction_set(instruction_set);
}

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names{"baseline"};
#if HWY_ARCH_X86
  for (const InstructionSet newer : {InstructionSet::avx2, InstructionSet::avx512}) {
    if (const Description description = describe(newer); (allowed_targets() & description.newest) != 0) {
      names.push_back(description.name);
    }
  }
#endif
  return names;
}

std::string instruction_set_name() {
  const std::int64_t targets = allowed_targets() & HWY_TARGETS;
  const std::int64_t best = targets & -targets;
#if HWY_ARCH_X86
  if (best == HWY_AVX3) {
    return "avx512";
  }
  if (best == HWY_AVX2) {
    return "avx2";
  }
#endif
#if HWY_ARCH_ARM
  if (best == HWY_NEON) {
    return "neon";
  }
#endif
  static_cast<void>(best);
  return "baseline";
}

}  // namespace strata::kernels
