#include "kernels/onednn/version.h"

#include <fmt/format.h>

#include <mutex>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>

#include "core/error.h"

namespace strata::kernels::onednn {

std::string version() {
  const dnnl_version_t* v = dnnl_version();
  return fmt::format("{}.{}.{}", v->major, v->minor, v->patch);
}

namespace {

// None for no limit, which oneDNN 2.6 and 3 call by different names.
std::optional<dnnl::cpu_isa> newest_of(InstructionSet instruction_set) {
  switch (instruction_set) {
    case InstructionSet::baseline:
      return dnnl::cpu_isa::sse41;
    case InstructionSet::avx2:
      return dnnl::cpu_isa::avx2;
    case InstructionSet::avx512:
      return dnnl::cpu_isa::avx512_core;
    case InstructionSet::automatic:
      break;
  }
  return std::nullopt;
}

}  // namespace

void set_newest_instruction_set(InstructionSet instruction_set) {
  static std::mutex mutex;
  static InstructionSet limit = InstructionSet::automatic;
  const std::scoped_lock lock(mutex);
  const std::optional<dnnl::cpu_isa> newest = newest_of(instruction_set);
  if (!newest || instruction_set == limit) {
    return;
  }
  if (dnnl::set_max_cpu_isa(*newest) != dnnl::status::success) {
    throw failed_error("oneDNN {} does not let its instruction set be limited once it has been used", version());
  }
  limit = instruction_set;
}

}  // namespace strata::kernels::onednn
