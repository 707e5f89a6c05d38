// What a run is built from, by its configuration and its data: network, rows, scaler, first weights, engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data/load.h"
#include "data/scaler.h"
#include "data/split.h"
#include "engine/engine.h"
#include "model/parameters.h"
#include "train/train_config.h"

namespace strata {

ModelSpec model_for(const TrainConfig& config, const DataSource& source);

/// 0 … rows - 1.
std::vector<std::uint32_t> all_rows(std::size_t rows);

/// The rows of the source's own validation part are all held out; else some of the training part's.
Split split_of(const TrainConfig& config, const DataSource& source);

/// Fitted to `rows` of `data`. Errors name the data, which fit_scaler does not know.
Scaler scaler_for(const TrainConfig& config, const Dataset& data, std::span<const std::uint32_t> rows);

/// `initial`, or drawn anew if that is null: the first of a run's large buffers, hence after a look at whether there is
/// room for all of them. `rows` are those trained on. Throws Error(failed) if there is not.
Parameters initial_parameters(const TrainConfig& config, const ModelSpec& model, std::size_t rows,
                              const Parameters* initial);

/// Throws Error(usage) if ranks cannot share its batches.
EnginePlan engine_plan(const TrainConfig& config, const ModelSpec& model, const Scaler& scaler,
                       std::vector<std::size_t> batch_sizes, std::vector<double> class_weights, bool weigh_rows);

}  // namespace strata
