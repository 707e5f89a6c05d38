// The engine and the stream behind a Context. Internal to this folder.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

#include "kernels/onednn/dense_layer.h"

namespace strata::kernels::onednn {

struct Context::Impl {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
};

}  // namespace strata::kernels::onednn
