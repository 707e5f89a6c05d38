// A plain loop over oneDNN's primitives: a step's arithmetic and nothing else (no data, loss or optimizer), as the
// mark that the onednn engine's whole step is measured against.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace strata::bench {

/// The weights' layout in the primitives; any lets oneDNN choose.
enum class WeightsFormat { any, inputs_outputs, outputs_inputs };

class PlainLoop {
 public:
  /// sizes: the widths from the input to the output; hidden layers have a fused ELU.
  PlainLoop(const std::vector<std::size_t>& sizes, std::size_t batch, int threads, WeightsFormat format);
  ~PlainLoop();

  /// Forward and backward, once.
  void step();
  /// Throws Error(failed) unless the logits of a step are those of plain sums in double.
  void check();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strata::bench
