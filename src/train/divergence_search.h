// Where numbers first stopped being finite, looked for once a loss or the weights are not.
#pragma once

#include <cstdint>
#include <span>

#include "data/dataset.h"
#include "dist/communicator.h"
#include "engine/engine.h"
#include "model/parameters.h"
#include "train/divergence.h"

namespace strata {

/// Adds the layer, from the engine's last step; each of `ranks` (null: this process alone) has looked at its own rows.
void find_in_step(Divergence& divergence, Engine& engine, std::size_t layers, Communicator* ranks);

/// Adds the layer: of the engine's weights, else of the evaluation of `rows` of `data`. `parameters` are of its shape.
void find_after_step(Divergence& divergence, Engine& engine, Parameters parameters, const Dataset& data,
                     std::span<const std::uint32_t> rows);

}  // namespace strata
