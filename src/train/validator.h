// What a run learns from its validation rows after each epoch: their figures, plateaus, the best epoch, when to stop
// early.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/load.h"
#include "engine/engine.h"
#include "train/monitor.h"
#include "train/run_state.h"
#include "train/train_config.h"

namespace strata {

/// Evaluates `rows` of `samples`, at least one, by an engine of that task and so many outputs; nothing of use if that
/// gives up. Those of the task's figures that are `asked` for, and the loss.
Validation validate(Engine& engine, const SamplesView& samples, std::span<const std::uint32_t> rows, const Task& task,
                    std::size_t outputs, std::span<const Monitor> asked);

class Validator {
 public:
  /// `rows` are of the source's validation part or, if it has none, held out of its training part. `source` must
  /// outlive the validator. The task is one for a network of so many outputs.
  Validator(const TrainConfig& config, const DataSource& source, std::vector<std::uint32_t> rows, const Task& task,
            std::size_t outputs);

  const Dataset& data() const { return data_; }
  std::span<const std::uint32_t> rows() const { return rows_; }
  bool has_rows() const { return !rows_.empty(); }

  /// Of the weights as they stand; nothing of use if the engine gives up. There are rows.
  Validation evaluate(Engine& engine) const;
  /// The consequences of state.validation, that of the end of `epoch`: plateaus, the best epoch. True if this is it.
  bool learn(RunState& state, std::uint32_t epoch) const;
  bool stops_early(const RunState& state) const;

 private:
  const Dataset& data_;
  std::vector<std::uint32_t> rows_;
  Task task_;
  std::size_t outputs_;
  std::vector<Monitor> asked_;  ///< that which tells the best epoch, then those that plateaus follow
  Convention convention_;
  EarlyStopping early_stopping_;
  std::vector<ScheduleSpec> schedules_;  ///< of each group
};

}  // namespace strata
