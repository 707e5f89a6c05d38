// An engine that applies a trained model and never trains it.
#pragma once

#include <memory>

#include "engine/engine.h"

namespace strata {

/// What computes.
struct ComputeChoice {
  EngineKind engine = EngineKind::automatic;
  kernels::Precision precision = kernels::Precision::f32;
  int threads = 1;
  kernels::InstructionSet instruction_set = kernels::InstructionSet::automatic;  ///< the newest to use
};

/// The engine of that model, for evaluate and predict alone. Throws as make_engine.
std::unique_ptr<Engine> make_inference_engine(const ModelSpec& model, const Task& task, const Parameters& parameters,
                                              const Scaler& scaler, const ComputeChoice& choice);

}  // namespace strata
