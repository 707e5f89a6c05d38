#include <fmt/format.h>

#include "cli/options/choices.h"
#include "cli/text/info.h"
#include "cli/text/text_table.h"
#include "core/cpu.h"
#include "core/tensor.h"
#include "core/threads.h"
#include "data/tbb/backend.h"
#include "dist/world.h"
#include "engine/inference.h"
#include "kernels/onednn/bf16_support.h"
#include "kernels/onednn/dense_layer.h"
#include "kernels/onednn/packed_weights.h"
#include "kernels/onednn/threads.h"
#include "kernels/onednn/version.h"
#include "train/train_config.h"

namespace strata::cli {

namespace {

namespace onednn = kernels::onednn;
using Json = nlohmann::ordered_json;

std::string compiler() {
#if defined(__clang__)
  return fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  return fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

/// What oneDNN takes for a layer as the engine builds it: the first layer has no layer below that wants gradients.
Json layer_primitives(onednn::Context& context, const LayerSpec& layer, std::size_t batch, bool first, bool last,
                      kernels::Precision precision) {
  const kernels::Precision dst = last ? kernels::Precision::f32 : precision;  // the loss reads logits in fp32
  const auto values = [](std::size_t size) { return AlignedVector<float>(size, 0.0F); };
  AlignedVector<float> src = values(batch * layer.inputs);
  AlignedVector<float> diff_src = src;
  AlignedVector<float> output = values(batch * layer.outputs);
  AlignedVector<float> diff_dst = output;
  AlignedVector<float> weights = values(layer.inputs * layer.outputs);
  AlignedVector<float> diff_weights = weights;
  AlignedVector<float> bias = values(layer.outputs);
  AlignedVector<float> diff_bias = bias;
  onednn::PackedWeights packed(context, {weights.data(), layer.inputs, layer.outputs});
  const onednn::DenseLayer made(context, {batch, layer.inputs, layer.outputs, layer.activation, precision, dst},
                                {.src = src.data(),
                                 .weights = weights.data(),
                                 .bias = bias.data(),
                                 .dst = output.data(),
                                 .diff_dst = diff_dst.data(),
                                 .diff_src = first ? nullptr : diff_src.data(),
                                 .diff_weights = diff_weights.data(),
                                 .diff_bias = diff_bias.data(),
                                 .packed = precision == kernels::Precision::bf16 ? &packed : nullptr});
  Json json{{"inputs", layer.inputs}, {"outputs", layer.outputs}};
  for (const onednn::Implementation& implementation : made.implementations()) {
    json[std::string(implementation.operation)] = implementation.name;
  }
  return json;
}

Json primitives(kernels::Precision precision, int threads) {
  const TrainConfig defaults;
  constexpr std::size_t kPixels = 784;
  constexpr std::size_t kClasses = 10;
  const ModelSpec model{kPixels, defaults.hidden, kClasses, {kernels::ActivationKind::elu, 1.0F}};
  onednn::use_threads(threads);
  onednn::Context context;
  Json layers = Json::array();
  for (std::size_t l = 0; l < model.layer_count(); ++l) {
    layers.push_back(layer_primitives(context, model.layer(l), defaults.batch_size, l == 0,
                                      l + 1 == model.layer_count(), precision));
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
  onednn::set_newest_instruction_set(newest);
  const Cpu processor = cpu();
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
       {{"strata", STRATA_VERSION}, {"onednn", onednn::version()}, {"tbb", tbb_version()}, {"compiler", compiler()}}}};
  info["primitives"]["f32"] = primitives(kernels::Precision::f32, threads);
  const onednn::Bf16Features features = onednn::bf16_features();
  if (features.support != onednn::Bf16Support::none) {
    info["primitives"]["bf16"] = primitives(kernels::Precision::bf16, threads);
  }
  if (const auto speed = onednn::slow_bf16(features, processor)) {
    info["bf16_speed"] = {speed->least, speed->most};
  }
  info["instruction_sets"] = {{"available", kernels::instruction_sets()},
                              {"strata", kernels::instruction_set_name(newest)},
                              {"onednn", features.newest}};
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
