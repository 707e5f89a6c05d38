#include "train/run_setup.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/machine.h"
#include "train/part.h"

namespace strata {

namespace {

void require_room(const TrainConfig& config, const ModelSpec& model, std::size_t batch_size) {
  if (config.ranks == nullptr) {
    require_memory(memory_need(model, config.groups, batch_size, config.precision), available_memory());
    return;
  }
  const int here = config.ranks->node_size();
  require_memory(
      memory_need_of_node(model, config.groups, batch_size, config.precision, config.ranks->world_size(), here),
      available_memory(), here);
}

}  // namespace

TargetShape target_shape(const DataSource& source) {
  return {source.targets, source.targets == TargetKind::classes ? source.classes : source.train.target_columns};
}

Objective objective_for(const TrainConfig& config, const DataSource& source) {
  return config.loss.value_or(default_objective(source.targets));
}

ModelSpec model_for(const TrainConfig& config, const DataSource& source) {
  const Objective objective = objective_for(config, source);
  const std::size_t outputs = output_count(objective, target_shape(source));
  check_objective(config, objective, target_shape(source));
  return {source.train.features, config.hidden, outputs, config.activation};
}

Task task_for(const TrainConfig& config, const DataSource& source, std::span<const std::uint32_t> rows,
              const TargetScaler* known) {
  Task task{.objective = objective_for(config, source), .threshold = config.threshold};
  if (known != nullptr) {
    task.scaler = *known;
  } else if (source.targets == TargetKind::numbers && config.target_scaler == ScalerKind::standard) {
    task.scaler = fit_target_scaler(source.train.view(), rows);
  }
  return task;
}

Parameters initial_parameters(const TrainConfig& config, const ModelSpec& model, std::size_t rows,
                              const Parameters* initial) {
  const bool any_size = config.sampling == SamplingKind::random;
  const std::size_t batch_size = any_size ? config.batch_size : std::min(config.batch_size, rows);
  require_room(config, model, batch_size);
  if (initial != nullptr) {
    return *initial;
  }
  Parameters parameters(model.layers());
  initialize(parameters, config.init, config.convention, config.seed);
  return parameters;
}

Split split_of(const TrainConfig& config, const DataSource& source) {
  return source.validation.rows() > 0
             ? Split{all_rows(source.train.rows()), all_rows(source.validation.rows())}
             : split_training_rows(source, {config.split, config.validation_split, config.seed});
}

std::size_t steps_per_epoch(const TrainConfig& config, std::size_t rows) {
  const auto trained =
      static_cast<std::size_t>(std::floor(static_cast<double>(rows) * (1.0 - config.validation_split)));
  return Sampler(config.sampling, std::vector<std::uint32_t>(std::max<std::size_t>(trained, 1)), config.batch_size,
                 config.seed)
      .steps_per_epoch();
}

Scaler scaler_for(const TrainConfig& config, const DataSource& source, std::span<const std::uint32_t> rows) {
  const Dataset& data = source.train;
  try {
    Scaler scaler = fit_scaler(config.scaler, data.view(), rows, config.threads, config.missing,
                               source.table ? &*source.table : nullptr);
    scaler.offset = data.offsets;
    return scaler;
  } catch (const Error& error) {
    throw data_error("{}: {}", data.source, error.what());
  }
}

EnginePlan engine_plan(const TrainConfig& config, const ModelSpec& model, const Task& task, const Scaler& scaler,
                       std::vector<std::size_t> batch_sizes, std::vector<double> class_weights, bool weigh_rows) {
  check_ranks(config);
  return {.model = model,
          .groups = config.groups,
          .scaler = scaler,
          .train_batch_sizes = std::move(batch_sizes),
          .threads = config.threads,
          .seed = config.seed,
          .dropout = config.dropout,
          .loss = {config.convention, config.label_smoothing, std::move(class_weights), weigh_rows},
          .clip_norm = config.clip_norm ? std::optional(ClipNorm{*config.clip_norm, config.convention}) : std::nullopt,
          .precision = config.precision,
          .ranks = config.ranks,
          .may_spare_threads = config.may_spare_threads,
          .instruction_set = config.instruction_set,
          .task = task,
          .gradient_norms = config.gradient_norms};
}

}  // namespace strata
