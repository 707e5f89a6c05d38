#include "engine/onednn/machine.h"

#include "core/tensor.h"
#include "kernels/onednn/cpu_isa.h"
#include "kernels/onednn/dense_layer.h"
#include "kernels/onednn/threads.h"

namespace strata {

namespace {

namespace onednn = kernels::onednn;

AlignedVector<float> values(std::size_t size) { return AlignedVector<float>(size, 0.0F); }

/// Of a layer as the engine builds it: the first one has no layer below that wants gradients.
LayerPrimitives layer_primitives(onednn::Context& context, const LayerSpec& layer, std::size_t batch, bool first,
                                 bool last, kernels::Precision precision) {
  const kernels::Precision dst = last ? kernels::Precision::f32 : precision;  // the loss reads logits in fp32
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
  LayerPrimitives primitives{layer.inputs, layer.outputs};
  for (onednn::Implementation& implementation : made.implementations()) {
    primitives.implementations.emplace_back(implementation.operation, std::move(implementation.name));
  }
  return primitives;
}

}  // namespace

OnednnFacts onednn_facts(kernels::InstructionSet newest, const Cpu& cpu) {
  onednn::set_newest_instruction_set(newest);
  onednn::Bf16Features features = onednn::bf16_features();
  return {.version = onednn::version(),
          .instruction_set = features.newest,
          .has_bf16 = features.support != onednn::Bf16Support::none,
          .slow_bf16 = onednn::slow_bf16(features, cpu)};
}

std::vector<LayerPrimitives> onednn_primitives(const ModelSpec& model, std::size_t batch, kernels::Precision precision,
                                               int threads) {
  onednn::use_threads(threads);
  onednn::Context context;
  std::vector<LayerPrimitives> layers;
  for (std::size_t l = 0; l < model.layer_count(); ++l) {
    layers.push_back(layer_primitives(context, model.layer(l), batch, l == 0, l + 1 == model.layer_count(), precision));
  }
  return layers;
}

}  // namespace strata
