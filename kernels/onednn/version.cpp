#include "kernels/onednn/version.h"

#include <fmt/format.h>

#include <oneapi/dnnl/dnnl.hpp>

#include "core/error.h"

namespace strata::kernels::onednn {

std::string version() {
  const dnnl_version_t* v = dnnl_version();
  return fmt::format("{}.{}.{}", v->major, v->minor, v->patch);
}

void set_newest_instruction_set(InstructionSet instruction_set) {
  dnnl::cpu_isa isa = dnnl::cpu_isa::avx512_core;
  switch (instruction_set) {
    case InstructionSet::automatic:
      return;
    case InstructionSet::baseline:
      isa = dnnl::cpu_isa::sse41;
      break;
    case InstructionSet::avx2:
      isa = dnnl::cpu_isa::avx2;
      break;
    case InstructionSet::avx512:
      break;
  }
  if (dnnl::set_max_cpu_isa(isa) != dnnl::status::success) {
    throw failed_error("oneDNN {} does not let its instruction set be limited once it has been used", version());
  }
}

}  // namespace strata::kernels::onednn
