#include "kernels/instruction_set.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <string_view>

#include "core/error.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace strata::kernels {

namespace {

constinit std::atomic<std::size_t> process_limit = kTargets - 1;

/// The newest target that this CPU and its system have. Highway's library would tell as well, but measures a clock for
/// milliseconds in every process that loads it.
std::size_t newest_of_cpu() {
#if defined(__x86_64__)
  unsigned a = 0, b = 0, c = 0, d = 0;
  const bool half_floats = __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
  const bool counts_zeros = __get_cpuid(0x80000001, &a, &b, &c, &d) != 0 && (c & bit_LZCNT) != 0;
  __builtin_cpu_init();
  const bool sse4 = __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("sse4.1") &&
                    __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("aes") &&
                    __builtin_cpu_supports("pclmul");
  const bool avx2 = sse4 && half_floats && counts_zeros && __builtin_cpu_supports("avx2") &&
                    __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vl");
  return avx512 ? kAvx512 : avx2 ? kAvx2 : sse4 ? kSse4 : kBaseline;
#else
  return kBaseline;
#endif
}

/// To ask the CPU takes microseconds.
std::size_t newest_here() {
  static const std::size_t newest = newest_of_cpu();
  return std::min(newest, process_limit.load(std::memory_order_relaxed));
}

/// The newest target that a setting allows.
std::size_t newest_of(InstructionSet instruction_set) {
  switch (instruction_set) {
    case InstructionSet::baseline:
      return kSse4;
    case InstructionSet::avx2:
      return kAvx2;
    case InstructionSet::avx512:
    case InstructionSet::automatic:
      break;
  }
  return kAvx512;
}

std::string name_of(std::size_t target) {
  constexpr std::array<std::string_view, kTargets> names{"baseline", "baseline", "avx2", "avx512"};
#if defined(__ARM_NEON)
  if (target == kBaseline) {
    return "neon";
  }
#endif
  return std::string(names[target]);
}

}  // namespace

constinit thread_local std::size_t chosen_target = kTargets;

void require_instruction_set(InstructionSet wanted) {
  if (wanted == InstructionSet::automatic || wanted == InstructionSet::baseline) {
    return;
  }
#if defined(__x86_64__)
  if (newest_here() < newest_of(wanted)) {
    throw usage_error("‹isa› {}: this CPU does not have it; the newest it has is {}: use that, or auto",
                      name_of(newest_of(wanted)), instruction_set_name());
  }
#else
  throw usage_error("‹isa›: this is no x86-64 CPU, so it has neither avx2 nor avx512; use auto or baseline");
#endif
}

void limit_process(InstructionSet newest) { process_limit = newest_of(newest); }

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names{"baseline"};
  for (std::size_t target = kAvx2; target <= newest_here(); ++target) {
    names.push_back(name_of(target));
  }
  return names;
}

std::string instruction_set_name(InstructionSet newest) { return name_of(std::min(newest_here(), newest_of(newest))); }

InstructionSetScope::InstructionSetScope(InstructionSet newest) : before_(chosen_target) {
  chosen_target = std::min(newest_here(), newest_of(newest));
}

InstructionSetScope::~InstructionSetScope() { chosen_target = before_; }

std::size_t newest_target() {
  static const std::size_t newest = newest_here();
  return newest;
}

}  // namespace strata::kernels
