// The engine of our own kernels.
#pragma once

#include <memory>

#include "engine/engine.h"

namespace strata {

/// Throws Error(usage) where there are no fused multiply-adds.
std::unique_ptr<Engine> make_panels_engine(EnginePlan plan);

/// Makes it known to make_engine.
void register_panels_engine();

}  // namespace strata
