#include "engine/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <utility>

#include "core/error.h"
#include "engine/batch_division.h"

namespace strata {

std::vector<bool> EnginePlan::trained_layers() const {
  std::vector<bool> trained(model.layer_count());
  for (const ParameterGroup& group : groups) {
    for (std::size_t layer = group.first; layer <= group.last; ++layer) {
      trained[layer] = !is_frozen(group.optimizer);
    }
  }
  return trained;
}

namespace {

/// By value of EngineKind.
constinit std::array<std::atomic<const EngineEntry*>, 3> registered{};

/// Who computes a plan where nobody has been named.
EngineKind kind_for(const EnginePlan& plan) {
  const bool panels_can = plan.precision == kernels::Precision::f32 && find_engine(EngineKind::panels) != nullptr &&
                          kernels::instruction_set_name(plan.instruction_set) != "baseline";
  return panels_can ? EngineKind::panels : EngineKind::onednn;
}

/// The one that computes bf16; null if none does.
const EngineEntry* engine_of_bf16() {
  for (const EngineKind kind : {EngineKind::onednn, EngineKind::panels}) {
    if (const EngineEntry* entry = find_engine(kind); entry != nullptr && entry->require_bf16 != nullptr) {
      return entry;
    }
  }
  return nullptr;
}

std::string known_engines() {
  std::string names;
  for (const EngineKind kind : {EngineKind::onednn, EngineKind::panels}) {
    if (const EngineEntry* entry = find_engine(kind)) {
      names += (names.empty() ? "" : " and ") + std::string(entry->name);
    }
  }
  return names.empty() ? "none" : names;
}

}  // namespace

void register_engine(const EngineEntry& entry) { registered[static_cast<std::size_t>(entry.kind)] = &entry; }

const EngineEntry* find_engine(EngineKind kind) { return registered[static_cast<std::size_t>(kind)]; }

void require_bf16() {
  const EngineEntry* const entry = engine_of_bf16();
  if (entry == nullptr) {
    throw usage_error("‹precision› bf16: no engine of this program computes it; use ‹precision› f32");
  }
  entry->require_bf16();
}

std::optional<kernels::Bf16Speed> slow_bf16() {
  const EngineEntry* const entry = engine_of_bf16();
  return entry == nullptr ? std::nullopt : entry->slow_bf16();
}

std::unique_ptr<Engine> make_engine(EngineKind kind, EnginePlan plan) {
  const EngineKind taken = kind == EngineKind::automatic ? kind_for(plan) : kind;
  const EngineEntry* const entry = find_engine(taken);
  if (entry == nullptr) {
    throw usage_error("‹engine› {}: this program has no engine that computes this here; its engines: {}",
                      kind == EngineKind::automatic ? "auto"
                      : kind == EngineKind::onednn  ? "onednn"
                                                    : "panels",
                      known_engines());
  }
  if (plan.precision == kernels::Precision::bf16 && entry->require_bf16 == nullptr) {
    throw usage_error("‹engine› {} computes in fp32 only; for ‹precision› bf16 use onednn or auto", entry->name);
  }
  return entry->make(std::move(plan));
}

std::unique_ptr<Engine> make_inference_engine(const ModelSpec& model, const Task& task, const Parameters& parameters,
                                              const Scaler& scaler, const ComputeChoice& choice) {
  const ParameterGroup frozen{.name = "all",
                              .first = 0,
                              .last = model.layer_count() - 1,
                              .optimizer = parse_optimizer("freeze", Convention::keras, "")};
  std::unique_ptr<Engine> engine = make_engine(choice.engine, {.model = model,
                                                               .groups = {frozen},
                                                               .scaler = scaler,
                                                               .train_batch_sizes = {1},
                                                               .threads = choice.threads,
                                                               .precision = choice.precision,
                                                               .instruction_set = choice.instruction_set,
                                                               .task = task});
  engine->import_parameters(parameters);
  return engine;
}

double memory_need(const ModelSpec& model, const std::vector<ParameterGroup>& groups, std::size_t batch_size,
                   kernels::Precision precision) {
  double floats = 0;
  double units = static_cast<double>(model.inputs);  // of a row, with those of the gradients
  for (const ParameterGroup& group : groups) {
    const std::size_t slots = group.optimizer.state().size();
    for (std::size_t l = group.first; l <= group.last; ++l) {
      const LayerSpec layer = model.layer(l);
      const double weights = static_cast<double>(layer.inputs) * static_cast<double>(layer.outputs);
      const std::size_t copies = 2 + slots + (l > 0 && !is_frozen(group.optimizer) ? 1 : 0);
      floats += weights * static_cast<double>(copies);
      units += 2 * static_cast<double>(layer.outputs);
    }
  }
  const double activations = units * static_cast<double>(batch_size) * static_cast<double>(element_size(precision));
  return floats * sizeof(float) + activations;
}

double memory_need_of_node(const ModelSpec& model, const std::vector<ParameterGroup>& groups, std::size_t batch_size,
                           kernels::Precision precision, int world_size, int node_size) {
  const auto ranks = static_cast<std::size_t>(world_size);
  const std::size_t blocks = (BatchDivision::blocks_of(batch_size) + ranks - 1) / ranks;
  const std::size_t rows = std::min(batch_size, blocks * BatchDivision::kRowBlock);
  double trained = 0;
  for (const ParameterGroup& group : groups) {
    for (std::size_t l = group.first; l <= group.last && !is_frozen(group.optimizer); ++l) {
      trained += static_cast<double>(model.layer(l).inputs) * static_cast<double>(model.layer(l).outputs);
    }
  }
  const double sums = trained * (1 + (world_size - 1.0) / world_size);  // one a rank at least
  return node_size * (memory_need(model, groups, rows, precision) + sums * sizeof(float));
}

void require_memory(double need, std::optional<std::size_t> available, int ranks) {
  constexpr double kMegabyte = 1e6;
  if (available && need > static_cast<double>(*available)) {
    throw failed_error(
        "out of memory: this network and batch size need {:.0f} MB{}, {:.0f} MB are available; give smaller ones",
        need / kMegabyte, ranks > 1 ? fmt::format(" for the {} ranks of this machine", ranks) : "",
        static_cast<double>(*available) / kMegabyte);
  }
}

}  // namespace strata
