#include "train/run_setup.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "core/memory.h"
#include "engine/memory_need.h"
#include "train/check_config.h"

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

ModelSpec model_for(const TrainConfig& config, const DataSource& source) {
  return {source.train.features, config.hidden, source.classes, config.activation};
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

std::vector<std::uint32_t> all_rows(std::size_t rows) {
  std::vector<std::uint32_t> indices(rows);
  std::iota(indices.begin(), indices.end(), 0U);
  return indices;
}

Split split_of(const TrainConfig& config, const DataSource& source) {
  return source.validation.rows() > 0
             ? Split{all_rows(source.train.rows()), all_rows(source.validation.rows())}
             : split_rows(config.split, source.train.labels, config.validation_split, config.seed);
}

Scaler scaler_for(const TrainConfig& config, const Dataset& data, std::span<const std::uint32_t> rows) {
  try {
    return fit_scaler(config.scaler, data.view(), rows, config.threads, config.missing);
  } catch (const Error& error) {
    throw data_error("{}: {}", data.source, error.what());
  }
}

EnginePlan engine_plan(const TrainConfig& config, const ModelSpec& model, const Scaler& scaler,
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
          .may_spare_threads = config.may_spare_threads};
}

}  // namespace strata
