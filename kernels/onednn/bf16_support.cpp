#include "kernels/onednn/bf16_support.h"

#include <array>
#include <oneapi/dnnl/dnnl.hpp>
#include <string_view>

#include "core/error.h"

namespace strata::kernels::onednn {

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
