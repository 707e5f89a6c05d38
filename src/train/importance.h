// Which features a trained model goes by: how much its loss rises when a column's values are shuffled among the rows
// (permutation importance: Breiman 2001, as scikit-learn computes it).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/table/schema.h"
#include "engine/engine.h"
#include "train/part.h"

namespace strata {

/// Features that belong together, and are shuffled as one: a number, all of a category's, some pixels.
struct FeatureBlock {
  std::string name;
  std::vector<std::size_t> features;
};

/// How an image is divided into squares.
struct BlockMap {
  std::size_t rows = 0;  ///< of squares; 0: there is no image
  std::size_t columns = 0;
  std::size_t side = 1;  ///< of a square, in pixels; at the lower and right edges there may be fewer
};

struct FeatureBlocks {
  std::vector<FeatureBlock> blocks;
  BlockMap map{};  ///< they are squares of it, row by row
};

/// The columns of a table; of images squares, the smallest of which there are at most `most_squares`, each called by
/// its first pixel's `row,column`; of anything else each feature by its index.
FeatureBlocks feature_blocks(const TableSchema* table, const std::vector<std::size_t>& sample_shape,
                             std::size_t features, std::size_t most_squares);

struct BlockImportance {
  std::string name;
  double mean = 0;       ///< by how much the loss rises, over the repeats
  double deviation = 0;  ///< of the repeats, that of a population
};

struct Importance {
  std::vector<BlockImportance> blocks;  ///< in the order of the features
  BlockMap map{};
  std::size_t rows = 0;  ///< that were shuffled
  std::size_t repeats = 0;
  double loss = 0;  ///< of these rows as they are
};

/// Of the rows of `parts`, which must not be empty: a copy of them is shuffled five times for each block. The model is
/// applied to a row at most `most_applied` times in all: rows beyond, but for 500, are left out by chance. A pure
/// function of what it is given. Throws as evaluate_part for rows that are not the model's.
Importance permutation_importance(Engine& engine, const ModelSpec& model, const Task& task,
                                  std::span<const PartRows> parts, const FeatureBlocks& blocks,
                                  std::size_t most_applied);

}  // namespace strata
