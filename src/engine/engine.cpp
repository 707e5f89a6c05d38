#include "engine/engine.h"

#include <utility>

#include "core/error.h"
#include "kernels/instruction_set.h"

namespace strata {

std::vector<bool> EnginePlan::trained_layers() const {
  std::vector<bool> trained(model.layer_count());
  for (const ParameterGroup& group : groups) {
    for (std::size_t layer = group.first; layer <= group.last; ++layer) {
      trained[layer] = !is_frozen(group.optimizer);
    }
  }
  return trained;
}

std::unique_ptr<Engine> make_engine(EngineKind kind, EnginePlan plan) {
  const bool automatic_takes_panels =
      plan.precision == kernels::Precision::f32 && kernels::instruction_set_name() != "baseline";
  const bool panels = kind == EngineKind::panels || (kind == EngineKind::automatic && automatic_takes_panels);
  if (panels && plan.precision == kernels::Precision::bf16) {
    throw usage_error("--engine panels computes in fp32 only; for --precision bf16 use onednn or auto");
  }
  return panels ? make_panels_engine(std::move(plan)) : make_onednn_engine(std::move(plan));
}

}  // namespace strata
