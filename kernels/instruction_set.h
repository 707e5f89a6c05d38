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

// The calling thread's choice, as an index of the tables that HWY_EXPORT makes; 0 where no scope has chosen.
extern constinit thread_local std::size_t chosen_index;
std::size_t newest_index();

inline std::size_t target_index() { return chosen_index != 0 ? chosen_index : newest_index(); }

}  // namespace strata::kernels
