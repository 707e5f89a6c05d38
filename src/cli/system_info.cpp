#include "cli/system_info.h"

#include <fmt/format.h>

#include "cli/choices.h"
#include "cli/text_table.h"
#include "core/cpu.h"
#include "core/tensor.h"
#include "core/threads.h"
#include "data/tbb_version.h"
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
std::string automatic_engine() {
  const ModelSpec smallest{.inputs = 1, .hidden = {}, .classes = 1, .activation = {}};
  return make_inference_engine(smallest, Parameters(smallest.layers()), {{0.0F}, {1.0F}}, {})->name();
}

std::string line(std::string_view name, const std::string& text) { return fmt::format("{:<13}{}\n", name, text); }

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

Json system_info(const std::vector<std::string>& available, int threads) {
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
      {"engine", automatic_engine()},
      {"versions",
       {{"strata", STRATA_VERSION}, {"onednn", onednn::version()}, {"tbb", tbb_version()}, {"compiler", compiler()}}}};
  info["primitives"]["f32"] = primitives(kernels::Precision::f32, threads);
  const onednn::Bf16Features features = onednn::bf16_features();
  if (features.support != onednn::Bf16Support::none) {
    info["primitives"]["bf16"] = primitives(kernels::Precision::bf16, threads);
  }
  info["instruction_sets"] = {
      {"available", available}, {"strata", kernels::instruction_set_name()}, {"onednn", features.newest}};
  return info;
}

std::string system_info_text(const Json& info) {
  const Json& cpu = info["cpu"];
  const Json& sets = info["instruction_sets"];
  const Json& versions = info["versions"];
  std::string text = line("cpu", cpu["model"].get<std::string>());
  text += line("cores", fmt::format("{}, {} threads of hardware", cpu["cores"].dump(), cpu["cpus"].dump()));
  text += line("threads", info["threads"].dump());
  text += line("caches", caches_text(cpu["caches"]));
  text += line("instructions", fmt::format("Strata {}, oneDNN {}; available: {}", sets["strata"].get<std::string>(),
                                           sets["onednn"].get<std::string>(), joined(sets["available"])));
  text += line("engine", info["engine"].get<std::string>() + " (--engine auto, fp32)");
  text += line("versions", fmt::format("Strata {}, oneDNN {}, TBB {}, {}", versions["strata"].get<std::string>(),
                                       versions["onednn"].get<std::string>(), versions["tbb"].get<std::string>(),
                                       versions["compiler"].get<std::string>()));
  for (const auto& [precision, layers] : info["primitives"].items()) {
    text += fmt::format("\noneDNN's primitives of the default network, {}\n{}", precision, primitives_table(layers));
  }
  return text;
}

}  // namespace strata::cli
