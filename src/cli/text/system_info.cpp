// What info.h says of this machine and of what the program is made with.
#include <fmt/format.h>

#include "cli/text/info.h"
#include "core/machine.h"
#include "core/text.h"
#include "core/threads.h"
#include "data/tbb/backend.h"
#include "dist/world.h"
#include "engine/engine.h"
#include "engine/onednn/machine.h"
#include "train/train_config.h"

namespace strata::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string compiler() {
#if defined(__clang__)
  return fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  return fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

/// What oneDNN takes for each layer of the default network at its batch size.
Json primitives(kernels::Precision precision, int threads) {
  const TrainConfig defaults;
  constexpr std::size_t kPixels = 784;
  constexpr std::size_t kClasses = 10;
  const ModelSpec model{kPixels, defaults.hidden, kClasses, {kernels::ActivationKind::elu, 1.0F}};
  Json layers = Json::array();
  for (const LayerPrimitives& layer : onednn_primitives(model, defaults.batch_size, precision, threads)) {
    Json json{{"inputs", layer.inputs}, {"outputs", layer.outputs}};
    for (const auto& [operation, name] : layer.implementations) {
      json[std::string(operation)] = name;
    }
    layers.push_back(std::move(json));
  }
  return layers;
}

/// What --engine auto takes here.
std::string automatic_engine(kernels::InstructionSet newest) {
  const ModelSpec smallest{.inputs = 1, .hidden = {}, .outputs = 1, .activation = {}};
  return make_inference_engine(smallest, {}, Parameters(smallest.layers()), {{0.0F}, {1.0F}},
                               {.instruction_set = newest})
      ->name();
}

std::string caches_text(const Json& caches) {
  std::string text;
  for (const Json& cache : caches) {
    text += fmt::format("{}L{} {} {}", text.empty() ? "" : ", ", cache["level"].get<int>(),
                        cache["type"].get<std::string>(), cache["size"].get<std::string>());
  }
  return text.empty() ? "not told" : text;
}

std::string joined(const Json& names) {
  std::string text;
  for (const Json& name : names) {
    text += (text.empty() ? "" : ", ") + name.get<std::string>();
  }
  return text;
}

std::string primitives_table(const Json& layers) {
  std::vector<std::vector<std::string>> rows{{"layer", "operation", "implementation"}};
  for (const Json& layer : layers) {
    const std::string shape = fmt::format("{}-{}", layer["inputs"].dump(), layer["outputs"].dump());
    for (const auto& [operation, name] : layer.items()) {
      if (name.is_string()) {
        rows.push_back({shape, operation, name.get<std::string>()});
      }
    }
  }
  return aligned(rows);
}

}  // namespace

Json system_info(kernels::InstructionSet newest, int threads) {
  const Cpu processor = cpu();
  const OnednnFacts onednn = onednn_facts(newest, processor);
  Json caches = Json::array();
  for (const CpuCache& cache : processor.caches) {
    caches.push_back({{"level", cache.level}, {"type", cache.type}, {"size", cache.size}});
  }
  Json info{
      {"cpu",
       {{"model", processor.model},
        {"cores", processor.cores},
        {"cpus", processor.cpus},
        {"caches", std::move(caches)}}},
      {"threads", threads},
      {"engine", automatic_engine(newest)},
      {"versions",
       {{"strata", STRATA_VERSION}, {"onednn", onednn.version}, {"tbb", tbb_version()}, {"compiler", compiler()}}}};
  info["primitives"]["f32"] = primitives(kernels::Precision::f32, threads);
  if (onednn.has_bf16) {
    info["primitives"]["bf16"] = primitives(kernels::Precision::bf16, threads);
  }
  if (const auto& speed = onednn.slow_bf16) {
    info["bf16_speed"] = {speed->least, speed->most};
  }
  info["instruction_sets"] = {{"available", kernels::instruction_sets()},
                              {"strata", kernels::instruction_set_name(newest)},
                              {"onednn", onednn.instruction_set}};
  return info;
}

std::string system_info_text(const Json& info) {
  const Json& cpu = info["cpu"];
  const Json& sets = info["instruction_sets"];
  const Json& versions = info["versions"];
  std::string text = labelled_line(13, "cpu", cpu["model"].get<std::string>());
  text +=
      labelled_line(13, "cores", fmt::format("{}, {} threads of hardware", cpu["cores"].dump(), cpu["cpus"].dump()));
  text += labelled_line(13, "threads", info["threads"].dump());
  text += labelled_line(13, "caches", caches_text(cpu["caches"]));
  text += labelled_line(13, "instructions",
                        fmt::format("Strata {}, oneDNN {}; available: {}", sets["strata"].get<std::string>(),
                                    sets["onednn"].get<std::string>(), joined(sets["available"])));
  text += labelled_line(13, "engine", info["engine"].get<std::string>() + " (--engine auto, fp32)");
  if (const auto speed = info.find("bf16_speed"); speed != info.end()) {
    text += labelled_line(13, "bf16", slow_bf16_text({speed->at(0).get<double>(), speed->at(1).get<double>()}));
  }
  text += labelled_line(13, "versions",
                        fmt::format("Strata {}, oneDNN {}, TBB {}, {}", versions["strata"].get<std::string>(),
                                    versions["onednn"].get<std::string>(), versions["tbb"].get<std::string>(),
                                    versions["compiler"].get<std::string>()));
  for (const auto& [precision, layers] : info["primitives"].items()) {
    text += fmt::format("\noneDNN's primitives of the default network, {}\n{}", precision, primitives_table(layers));
  }
  return text;
}

std::string slow_bf16_text(const kernels::Bf16Speed& speed) {
  return fmt::format("slower than fp32 on this CPU, {:.2g} to {:.2g} of its speed", speed.least, speed.most);
}

std::string version_text() {
  return fmt::format("strata {}\noneDNN {}\nTBB {}\nMPI {}\ninstruction set {}\n", STRATA_VERSION,
                     find_engine(EngineKind::onednn)->version(), tbb_version(), mpi_built_with(),
                     kernels::instruction_set_name());
}

}  // namespace strata::cli
