// Where each layer's weights and biases lie in an engine's own arena.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "core/tensor.h"
#include "model/model.h"

namespace strata {

/// The onednn engine's layout: for each layer the weights (inputs, outputs), then the bias (outputs), each starting at
/// a cache line. Gradients and optimizer state use the same offsets. Padding is zero and stays so.
class LiveLayout {
 public:
  explicit LiveLayout(const std::vector<LayerSpec>& layers);

  std::size_t size() const { return size_; }
  std::size_t weights(std::size_t layer) const { return weights_[layer]; }
  std::size_t bias(std::size_t layer) const { return bias_[layer]; }
  /// The elements [first, last) of layers `first_layer` … `last_layer`, padding included.
  std::pair<std::size_t, std::size_t> span_of(std::size_t first_layer, std::size_t last_layer) const;

  void from_canonical(const Parameters& parameters, AlignedVector<float>& arena) const;
  void to_canonical(const AlignedVector<float>& arena, Parameters& parameters) const;

 private:
  std::vector<std::size_t> weights_;
  std::vector<std::size_t> bias_;
  std::size_t size_ = 0;
};

}  // namespace strata
