// How the panels engine divides a step among its threads: which layers go by columns, which by rows.
//
// A layer with large weights goes by columns: each thread computes its panels of outputs for the whole batch, and so
// keeps its part of the weights in its cache from step to step, or reads weights that no cache holds once for many
// rows. A run of small layers goes by rows, forward, loss and backward, without a barrier, as rows are independent.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "engine/panels/layers.h"
#include "kernels/panels/dense.h"

namespace strata {

/// A piece of a step between two barriers: one operation by columns, or a run of them by rows.
struct Phase {
  enum class Kind { forward, loss, backward };
  struct Operation {
    Kind kind;
    std::size_t layer;
  };
  bool by_columns;
  std::vector<Operation> operations;
};

struct Schedule {
  std::vector<Phase> phases;   ///< forward, loss and backward in order
  std::size_t chunk_rows = 0;  ///< rows whose activations stay in cache, to be taken through a run of layers at once
};

/// For batches of up to `batch_size` rows on `threads` threads.
Schedule make_schedule(const std::vector<LiveLayer>& layers, std::size_t batch_size, int threads);

/// The outputs or, of a backward product, the inputs of the operation's layer.
std::size_t results_of(const std::vector<LiveLayer>& layers, const Phase::Operation& operation);

/// The number of threads with which a step on batches of so many rows takes least: more of them would wait longer at
/// barriers than they save, by the cost model of docs/performance.md.
int useful_threads(const std::vector<LiveLayer>& layers, std::size_t batch_size);

/// Rows that a product by columns takes at once.
std::size_t column_rows(const LayerSpec& layer);

/// The part of 0 … size-1 that `thread` of `count` takes.
kernels::panels::Range share(std::size_t size, int thread, int count);

/// The part that `thread` of `count` takes of a layer's panels of `results`, in units: `each` of them to a panel,
/// counted along the panels. Those of a narrow panel take half as long as others.
kernels::panels::Range share_of_panels(std::size_t results, std::size_t each, int thread, int count);

/// Calls part(rows) for `rows` in chunks of at most `most`.
template <class Part>
void for_chunks(kernels::panels::Range rows, std::size_t most, Part&& part) {
  for (std::size_t row = rows.first; row < rows.last; row += most) {
    part(kernels::panels::Range{row, std::min(row + most, rows.last)});
  }
}

/// Calls part(rows, panels) for units `mine` of panels x rows, counted along the rows, panel by panel: whole panels
/// together, and those that are shared with another thread by rows.
template <class Part>
void for_columns(kernels::panels::Range mine, std::size_t rows, Part&& part) {
  using kernels::panels::Range;
  const std::size_t first = mine.first / rows;
  const std::size_t last = mine.last / rows;
  if (first == last) {
    part(Range{mine.first % rows, mine.last % rows}, Range{first, first + 1});
    return;
  }
  const bool whole_first = mine.first % rows == 0;
  if (!whole_first) {
    part(Range{mine.first % rows, rows}, Range{first, first + 1});
  }
  part(Range{0, rows}, Range{whole_first ? first : first + 1, last});
  if (mine.last % rows != 0) {
    part(Range{0, mine.last % rows}, Range{last, last + 1});
  }
}

}  // namespace strata
