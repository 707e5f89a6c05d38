// Which instruction set our kernels use. A run has its own: each of its computing threads says so while it computes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace strata::kernels {

enum class InstructionSet { automatic, baseline, avx2, avx512 };

/// Throws Error(usage) that says what there is, if this CPU lacks `wanted`.
void require_instruction_set(InstructionSet wanted);

/// The names of those that this CPU has, oldest first.
std::vector<std::string> instruction_sets();

/// For a program that measures kernels: what counts as this CPU's newest from now on, in the whole process. Call it
/// before any kernel.
void limit_process(InstructionSet newest);

/// What our kernels run on where nothing newer than `newest` is allowed: "avx512", "avx2", "baseline" (x86-64 without
/// FMA), "neon", ….
std::string instruction_set_name(InstructionSet newest = InstructionSet::automatic);

/// While it lives, the kernels that this thread calls use nothing newer than `newest`, which the CPU has; afterwards
/// again what they used before. A thread without one uses the newest that the CPU has.
class InstructionSetScope {
 public:
  explicit InstructionSetScope(InstructionSet newest);
  ~InstructionSetScope();
  InstructionSetScope(const InstructionSetScope&) = delete;
  InstructionSetScope& operator=(const InstructionSetScope&) = delete;

 private:
  std::size_t before_;
};

// What kernels are compiled for, oldest first: the indices of STRATA_EXPORT's tables. Other CPUs than x86-64 have the
// first alone.
inline constexpr std::size_t kBaseline = 0, kSse4 = 1, kAvx2 = 2, kAvx512 = 3, kTargets = 4;

extern constinit thread_local std::size_t chosen_target;  ///< kTargets where no scope has chosen
std::size_t newest_target();

/// What the calling thread's kernels run on.
inline std::size_t target_index() { return chosen_target != kTargets ? chosen_target : newest_target(); }

}  // namespace strata::kernels
