// Where the numbers of a run stopped being finite: told, and looked for once a loss or the weights are not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "data/dataset.h"
#include "dist/communicator.h"
#include "engine/engine.h"
#include "model/model.h"
#include "train/schedules.h"

namespace strata {

struct Divergence {
  enum class In { training, weights, validation, test };  ///< a step's loss, the weights after it, an evaluation's loss

  In in = In::training;
  std::uint32_t epoch = 0;             ///< of the step
  std::uint64_t step = 0;              ///< the last that was made
  std::optional<std::size_t> layer{};  ///< the first whose weights or activations are not finite; none: only the loss
                                       ///< is not
  bool in_weights = false;             ///< of that layer; else in its activations
  LearningRates learning_rates{};      ///< of the step, by group
};

/// `training`, `weights`, …
std::string_view name_of(Divergence::In in);

/// `the loss is not finite at step 7, first the activations of layers.1`
std::string divergence_place(const Divergence& divergence);

/// Adds the layer, from the engine's last step; each of `ranks` (null: this process alone) has looked at its own rows.
void find_in_step(Divergence& divergence, Engine& engine, std::size_t layers, Communicator* ranks);

/// Adds the layer: of the engine's weights, else of the evaluation of `rows` of `data`. `parameters` are of its shape.
void find_after_step(Divergence& divergence, Engine& engine, Parameters parameters, const Dataset& data,
                     std::span<const std::uint32_t> rows);

}  // namespace strata
