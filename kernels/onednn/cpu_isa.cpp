#include "kernels/onednn/cpu_isa.h"

#include <fmt/format.h>

#include <array>
#include <mutex>
#include <oneapi/dnnl/dnnl.hpp>
#include <string_view>

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

#if defined(__x86_64__)

namespace {

struct IsaName {
  dnnl_cpu_isa_t isa;
  std::string_view name;
};

/// Newest first. oneDNN's names are sets of bits: a newer one contains the older ones that it extends.
constexpr std::array kIsas{
    IsaName{dnnl_cpu_isa_avx512_core_amx, "avx512 with AMX"},
    IsaName{dnnl_cpu_isa_avx512_core_bf16, "avx512 with AVX512_BF16"},
    IsaName{dnnl_cpu_isa_avx512_core_vnni, "avx512 with AVX512_VNNI"},
    IsaName{dnnl_cpu_isa_avx512_core, "avx512"},
    IsaName{dnnl_cpu_isa_avx2_vnni, "avx2 with AVX_VNNI"},
    IsaName{dnnl_cpu_isa_avx2, "avx2"},
    IsaName{dnnl_cpu_isa_avx, "avx"},
    IsaName{dnnl_cpu_isa_sse41, "sse4.1"},
};

bool contains(dnnl_cpu_isa_t isa, dnnl_cpu_isa_t part) {
  return (static_cast<unsigned>(isa) & static_cast<unsigned>(part)) == static_cast<unsigned>(part);
}

}  // namespace

Bf16Features bf16_features() {
  const dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
  for (const IsaName& known : kIsas) {
    if (contains(isa, known.isa)) {
      return {contains(isa, dnnl_cpu_isa_avx512_core_amx)    ? Bf16Support::amx
              : contains(isa, dnnl_cpu_isa_avx512_core_bf16) ? Bf16Support::avx512_bf16
                                                             : Bf16Support::none,
              std::string(known.name)};
    }
  }
  return {Bf16Support::none, "older than sse4.1"};
}

#else

Bf16Features bf16_features() { return {Bf16Support::none, "not x86-64's"}; }

#endif

std::string require_bf16(const Bf16Features& features) {
  switch (features.support) {
    case Bf16Support::amx:
      return "AMX";
    case Bf16Support::avx512_bf16:
      return "AVX512_BF16";
    case Bf16Support::none:
      break;
  }
  throw usage_error(
      "‹precision› bf16 needs a CPU with AVX512_BF16 or AMX; the newest instruction set here is {}; use ‹precision› "
      "f32",
      features.newest);
}

std::optional<Bf16Speed> slow_bf16(const Bf16Features& features, const Cpu& cpu) {
  const bool measured = cpu.vendor == "GenuineIntel" && cpu.family == 6 && cpu.number == 207;
  if (measured && features.support == Bf16Support::avx512_bf16) {  // with AMX it is another matter
    return Bf16Speed{.least = 0.43, .most = 0.65};
  }
  return std::nullopt;
}

}  // namespace strata::kernels::onednn
