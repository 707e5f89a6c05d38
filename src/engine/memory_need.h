// What a run will need, before it takes any of it: a system that has promised too much ends the process without a word.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "kernels/bf16.h"
#include "model/model_spec.h"
#include "optim/parameter_group.h"

namespace strata {

/// Bytes of a run's large buffers, rather too few than too many: weights in canonical form and live, the copies or
/// gradients that backward needs, optimizer state, activations and their gradients in that precision. A double, as
/// sizes may be absurd.
double memory_need(const ModelSpec& model, const std::vector<ParameterGroup>& groups, std::size_t batch_size,
                   kernels::Precision precision = kernels::Precision::f32);

/// The same of all `node_size` ranks on this machine, of `world_size` that share each batch: what each needs for its
/// part of the rows, and for the sums of gradients, its own and the other ranks' of its share.
double memory_need_of_node(const ModelSpec& model, const std::vector<ParameterGroup>& groups, std::size_t batch_size,
                           kernels::Precision precision, int world_size, int node_size);

/// Throws Error(failed) if `need`, of so many ranks on this machine, is more than what is `available`, where that is
/// known.
void require_memory(double need, std::optional<std::size_t> available, int ranks = 1);

}  // namespace strata
