// The engine of oneDNN's primitives.
#pragma once

#include <memory>

#include "engine/engine.h"

namespace strata {

/// The plan's instruction set becomes oneDNN's in the whole process. Throws Error(failed) if it has another already, or
/// if oneDNN cannot create a primitive, and Error(usage) for bf16 on a CPU without it.
std::unique_ptr<Engine> make_onednn_engine(EnginePlan plan);

/// Makes it known to make_engine.
void register_onednn_engine();

}  // namespace strata
