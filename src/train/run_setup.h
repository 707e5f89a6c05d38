// What a run is built from, by its configuration and its data: network, rows, scaler, first weights, engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "data/load.h"
#include "data/scaler.h"
#include "data/split.h"
#include "engine/engine.h"
#include "engine/loss.h"
#include "model/parameters.h"
#include "train/train_config.h"

namespace strata {

/// What the data have to learn.
TargetShape target_shape(const DataSource& source);

/// What is learnt: as the configuration or else the data have it.
Objective objective_for(const TrainConfig& config, const DataSource& source);

/// Throws Error(usage) if the configuration asks of the objective what it cannot do, or if that does not go with the
/// data.
ModelSpec model_for(const TrainConfig& config, const DataSource& source);

/// The scaler of targets that are numbers is fitted to `rows` of source.train, unless it is `known`.
Task task_for(const TrainConfig& config, const DataSource& source, std::span<const std::uint32_t> rows,
              const TargetScaler* known);

/// 0 … rows - 1.
std::vector<std::uint32_t> all_rows(std::size_t rows);

/// The rows of the source's own validation part are all held out; else some of the training part's.
Split split_of(const TrainConfig& config, const DataSource& source);

/// Of a run with `rows` training rows, some of which it may hold out.
std::size_t steps_per_epoch(const TrainConfig& config, std::size_t rows);

/// Fitted to `rows` of source.train. Errors name the data and the column.
Scaler scaler_for(const TrainConfig& config, const DataSource& source, std::span<const std::uint32_t> rows);

/// `initial`, or drawn anew if that is null: the first of a run's large buffers, hence after a look at whether there is
/// room for all of them. `rows` are those trained on. Throws Error(failed) if there is not.
Parameters initial_parameters(const TrainConfig& config, const ModelSpec& model, std::size_t rows,
                              const Parameters* initial);

/// Throws Error(usage) if ranks cannot share its batches.
EnginePlan engine_plan(const TrainConfig& config, const ModelSpec& model, const Task& task, const Scaler& scaler,
                       std::vector<std::size_t> batch_sizes, std::vector<double> class_weights, bool weigh_rows);

}  // namespace strata
