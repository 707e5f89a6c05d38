// System calls that the kernel refuses, as it does on a broken disk, without rights, or on a file system that lacks
// them.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <thread>

#include "tests/core/thrown.h"

namespace strata::test {

struct RefusedCall {
  long number;                 ///< SYS_…
  int error;                   ///< what errno becomes
  std::uint32_t argument = 0;  ///< only if this argument, counted from 0,
  std::uint32_t flags = 0;     ///< has all of these bits
};

/// Refuses it from now on to this thread. False where no call can be refused, as under an emulator.
inline bool refuse(const RefusedCall& call) {
  const auto argument =
      static_cast<std::uint32_t>(offsetof(seccomp_data, args) + call.argument * sizeof(std::uint64_t));
  std::array<sock_filter, 7> filter{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offsetof(seccomp_data, nr))),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call.number), 0, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument),  // its lower half, on a little-endian CPU
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, call.flags),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call.flags, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(call.error)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/// Runs `work` in a thread to which these calls are refused, and tells what thrown() does of it; "refused nothing"
/// where none can be.
template <class Work>
std::string thrown_without(std::initializer_list<RefusedCall> calls, Work work) {
  std::string text = "refused nothing";
  std::thread([&] {
    for (const RefusedCall& call : calls) {
      if (!refuse(call)) {
        return;
      }
    }
    text = thrown(work);
  }).join();
  return text;
}

/// Empty if what thrown_without() tells contains all `parts`, and where no calls can be refused; else what is missing.
template <class Work>
std::string missing_without(std::initializer_list<RefusedCall> calls, std::initializer_list<std::string_view> parts,
                            Work work) {
  const std::string text = thrown_without(calls, work);
  return text == "refused nothing" ? std::string() : missing(text, parts);
}

}  // namespace strata::test
