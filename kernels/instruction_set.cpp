#include "kernels/instruction_set.h"

#include <atomic>

#include "core/error.h"
#include "kernels/targets.h"

namespace strata::kernels {

namespace {

struct Description {
  std::string name;
  std::int64_t newest;  ///< the newest Highway target allowed
};

constinit std::atomic<std::int64_t> process_limit = -1;

/// The Highway targets that this CPU has and that are compiled. To ask the CPU takes microseconds.
std::int64_t targets_here() {
  static const std::int64_t targets = hwy::SupportedTargets() & HWY_TARGETS;
  return targets & process_limit;
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
  static_cast<void>(instruction_set);
  return {"auto", 1};
}

/// Those of them that are no newer: a Highway target is the newer, the lower its bit.
std::int64_t targets_up_to(InstructionSet newest) { return targets_here() & ~(describe(newest).newest - 1); }

std::size_t index_of(std::int64_t targets) {
  hwy::ChosenTarget chosen;
  chosen.Update(targets);
  return chosen.GetIndex();
}

}  // namespace

constinit thread_local std::size_t chosen_index = 0;

void require_instruction_set(InstructionSet wanted) {
  const bool any_cpu = wanted == InstructionSet::automatic || wanted == InstructionSet::baseline;
#if !HWY_ARCH_X86
  if (!any_cpu) {
    throw usage_error("‹isa›: this is no x86-64 CPU, so it has neither avx2 nor avx512; use auto or baseline");
  }
#endif
  if (const Description description = describe(wanted); !any_cpu && (targets_here() & description.newest) == 0) {
    throw usage_error("‹isa› {}: this CPU does not have it; the newest it has is {}: use that, or auto",
                      description.name, instruction_set_name());
  }
}

void limit_process(InstructionSet newest) { process_limit = ~(describe(newest).newest - 1); }

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names{"baseline"};
#if HWY_ARCH_X86
  for (const InstructionSet newer : {InstructionSet::avx2, InstructionSet::avx512}) {
    if (const Description description = describe(newer); (targets_here() & description.newest) != 0) {
      names.push_back(description.name);
    }
  }
#endif
  return names;
}

std::string instruction_set_name(InstructionSet newest) {
  const std::int64_t targets = targets_up_to(newest);
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

InstructionSetScope::InstructionSetScope(InstructionSet newest) : before_(chosen_index) {
  chosen_index = index_of(targets_up_to(newest));
}

InstructionSetScope::~InstructionSetScope() { chosen_index = before_; }

std::size_t newest_index() {
  static const std::size_t newest = index_of(targets_here());
  return newest;
}

}  // namespace strata::kernels
