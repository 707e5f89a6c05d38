// What oneDNN is on this machine, and what it takes there for the layers of a network.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/machine.h"
#include "kernels/bf16.h"
#include "kernels/instruction_set.h"
#include "model/model.h"

namespace strata {

struct OnednnFacts {
  std::string version;
  std::string instruction_set;                    ///< the newest that it uses
  bool has_bf16 = false;                          ///< whether it computes in bf16 here
  std::optional<kernels::Bf16Speed> slow_bf16{};  ///< where bf16 is known to be slower
};

/// `newest`: the newest instruction set to use, which the process then keeps to. Throws Error(failed) if it has another
/// already.
OnednnFacts onednn_facts(kernels::InstructionSet newest, const Cpu& cpu);

/// A layer's operations, in the order in which they run, and what computes each: "forward", "brgemm:avx512_core".
struct LayerPrimitives {
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  std::vector<std::pair<std::string_view, std::string>> implementations{};
};

/// Those that the engine would have for a network and batches of that size. Throws Error(failed) if oneDNN cannot
/// create one.
std::vector<LayerPrimitives> onednn_primitives(const ModelSpec& model, std::size_t batch, kernels::Precision precision,
                                               int threads);

}  // namespace strata
