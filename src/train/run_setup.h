// What a run is built from, by its configuration and its data: network, rows, scaler, weights of classes, first
// weights, engine; and whether these allow the run at all.
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
#include "model/model.h"
#include "train/train_config.h"

namespace strata {

struct RunSnapshot;

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

/// The rows of the source's own validation part are all held out; else some of the training part's.
Split split_of(const TrainConfig& config, const DataSource& source);

/// Of a run with `rows` training rows, some of which it may hold out.
std::size_t steps_per_epoch(const TrainConfig& config, std::size_t rows);

/// Fitted to `rows` of source.train. Errors name the data and the column.
Scaler scaler_for(const TrainConfig& config, const DataSource& source, std::span<const std::uint32_t> rows);

/// One weight for each of the source's classes, or none where all are 1. `rows` are those of source.train that are
/// trained on. Throws Error(usage) if another number of weights is given, Error(data) if a class to balance has no
/// training row, naming it and whether the split is why.
std::vector<double> class_weights(const TrainConfig& config, const DataSource& source,
                                  std::span<const std::uint32_t> rows);

/// The classes that none of `rows` of source.train has.
std::vector<std::size_t> untrained_classes(const DataSource& source, std::span<const std::uint32_t> rows);

/// `initial`, or drawn anew if that is null: the first of a run's large buffers, hence after a look at whether there is
/// room for all of them. `rows` are those trained on. Throws Error(failed) if there is not.
Parameters initial_parameters(const TrainConfig& config, const ModelSpec& model, std::size_t rows,
                              const Parameters* initial);

/// Throws Error(usage) if ranks cannot share its batches.
EnginePlan engine_plan(const TrainConfig& config, const ModelSpec& model, const Task& task, const Scaler& scaler,
                       std::vector<std::size_t> batch_sizes, std::vector<double> class_weights, bool weigh_rows);

// What a configuration asks of the data, of the run's length, and of a snapshot to go on from

/// Throws Error(usage) if there is nothing to train; if the monitor is none of the objective's `figures`; if early
/// stopping, the best epoch's weights, a plateau, val_auc or val_r2 lack validation rows that allow them (`validation`,
/// rows of `data`); or if a group cannot follow its schedule in a run of so many steps an epoch.
void check_config(const TrainConfig& config, const Dataset& data, std::span<const std::uint32_t> validation,
                  std::span<const std::string_view> figures, std::size_t steps_per_epoch);

/// Throws Error(usage) if smoothing, class weights, a threshold, a scaler of targets or a figure is asked for that the
/// objective on such targets has no use for.
void check_objective(const TrainConfig& config, const Objective& objective, const TargetShape& targets);

/// Throws Error(usage) if a batch has fewer row blocks than there are ranks.
void check_ranks(const TrainConfig& config);

/// `snapshot` has the shapes of the network and of the optimizers' state of `config` and of data with that scaler, of
/// which an epoch takes that many steps. Throws Error(data) if its position is none of such a run, or another scaler,
/// number of groups or validation shows that it is of another run; Error(usage) if it is past the end of this one.
void check_snapshot(const RunSnapshot& snapshot, const TrainConfig& config, const Scaler& scaler,
                    std::size_t steps_per_epoch);

}  // namespace strata
