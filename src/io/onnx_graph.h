// A model as ONNX's graph of operators.
#pragma once

#include <onnx.pb.h>

#include "io/model_file.h"

namespace strata {

/// The graph from raw features to probabilities and class, as onnx_file.h describes it.
onnx::GraphProto make_onnx_graph(const ModelFile& model);

}  // namespace strata
