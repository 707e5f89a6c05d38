// A model as ONNX's graph of operators.
#pragma once

#include "io/model_file.h"
#include "io/wire_message.h"

namespace strata {

/// The graph (a GraphProto) from raw features to probabilities and class, as onnx_file.h describes it.
WireMessage onnx_graph(const ModelFile& model);

}  // namespace strata
