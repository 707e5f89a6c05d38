#include "train/importance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/random_words.h"
#include "train/part_evaluation.h"

namespace strata {

namespace {

constexpr std::size_t kRepeats = 5;
constexpr std::size_t kLeastRows = 500;
constexpr std::uint64_t kSeed = 42;

/// The places of some rows among those of all parts.
std::vector<std::size_t> chosen_rows(std::size_t rows, std::size_t most) {
  std::vector<std::size_t> places(rows);
  std::iota(places.begin(), places.end(), std::size_t{0});
  if (rows > most) {
    const std::vector<std::uint32_t> order = kernels::permutation(Random(kSeed, RandomStream::sampling), rows, 0);
    std::copy_n(order.begin(), most, places.begin());
    places.resize(most);
    std::ranges::sort(places);
  }
  return places;
}

/// Appends a row of `from` to `to`.
void copy_row(const Dataset& from, std::size_t row, Dataset& to) {
  const auto append = [&](const auto& elements, std::size_t width, auto& out) {
    if (!elements.empty()) {
      out.append(elements.begin() + row * width, elements.begin() + (row + 1) * width);
    }
  };
  append(from.pixels, from.features, to.pixels);
  append(from.values, from.features, to.values);
  append(from.labels, 1, to.labels);
  append(from.target_values, from.target_columns, to.target_values);
}

/// The rows at these places, one after the other.
Dataset copied_rows(std::span<const PartRows> parts, std::span<const std::size_t> places) {
  const Dataset& first = *parts.front().data;
  Dataset copy;
  copy.source = first.source;
  copy.sample_shape = first.sample_shape;
  copy.features = first.features;
  copy.target_columns = first.target_columns;
  copy.offsets = first.offsets;
  auto place = places.begin();
  std::size_t before = 0;
  for (const PartRows& part : parts) {
    for (; place != places.end() && *place < before + part.rows.size(); ++place) {
      copy_row(*part.data, part.rows[*place - before], copy);
    }
    before += part.rows.size();
  }
  return copy;
}

/// Gives each row the block's values of the row that stands at its place in `order`.
template <class Values>
void shuffle_block(const FeatureBlock& block, std::span<const std::uint32_t> order, std::size_t features,
                   const Values& from, Values& to) {
  for (std::size_t row = 0; row < order.size() && !from.empty(); ++row) {
    for (const std::size_t feature : block.features) {
      to[row * features + feature] = from[order[row] * features + feature];
    }
  }
}

void shuffle_block(const FeatureBlock& block, std::span<const std::uint32_t> order, const Dataset& from, Dataset& to) {
  shuffle_block(block, order, from.features, from.pixels, to.pixels);
  shuffle_block(block, order, from.features, from.values, to.values);
}

double mean_loss(Engine& engine, const Dataset& data, std::span<const std::uint32_t> rows) {
  return engine.evaluate(data.view(), rows).loss / static_cast<double>(rows.size());
}

BlockImportance importance_of(const FeatureBlock& block, std::span<const double> rises) {
  const auto count = static_cast<double>(rises.size());
  const double mean = std::accumulate(rises.begin(), rises.end(), 0.0) / count;
  double squares = 0;
  for (const double rise : rises) {
    squares += (rise - mean) * (rise - mean);
  }
  return {block.name, mean, std::sqrt(squares / count)};
}

std::vector<FeatureBlock> column_blocks(const TableSchema& table) {
  std::vector<FeatureBlock> blocks;
  std::size_t feature = 0;
  for (const FeatureColumn& column : table.features) {
    FeatureBlock& block = blocks.emplace_back(FeatureBlock{column.name, {}});
    for (std::size_t i = 0; i < column.width(); ++i) {
      block.features.push_back(feature++);
    }
  }
  return blocks;
}

BlockMap map_of(std::size_t height, std::size_t width, std::size_t most_squares) {
  BlockMap map{height, width, 1};
  while (map.rows * map.columns > most_squares && map.rows * map.columns > 1) {
    ++map.side;
    map.rows = (height + map.side - 1) / map.side;
    map.columns = (width + map.side - 1) / map.side;
  }
  return map;
}

FeatureBlock square(const BlockMap& map, std::size_t row, std::size_t column, const std::vector<std::size_t>& shape) {
  const std::size_t channels = shape.size() == 3 ? shape[2] : 1;
  const std::size_t top = row * map.side;
  const std::size_t left = column * map.side;
  FeatureBlock block{fmt::format("{},{}", top, left), {}};
  for (std::size_t y = top; y < std::min(top + map.side, shape[0]); ++y) {
    for (std::size_t x = left; x < std::min(left + map.side, shape[1]); ++x) {
      for (std::size_t c = 0; c < channels; ++c) {
        block.features.push_back((y * shape[1] + x) * channels + c);
      }
    }
  }
  return block;
}

}  // namespace

FeatureBlocks feature_blocks(const TableSchema* table, const std::vector<std::size_t>& sample_shape,
                             std::size_t features, std::size_t most_squares) {
  constexpr std::size_t kColours = 3;
  FeatureBlocks all;
  if (table != nullptr) {
    all.blocks = column_blocks(*table);
    return all;
  }
  if (sample_shape.size() == 2 || (sample_shape.size() == 3 && sample_shape.back() == kColours)) {
    all.map = map_of(sample_shape[0], sample_shape[1], most_squares);
    for (std::size_t place = 0; place < all.map.rows * all.map.columns; ++place) {
      all.blocks.push_back(square(all.map, place / all.map.columns, place % all.map.columns, sample_shape));
    }
    return all;
  }
  for (std::size_t feature = 0; feature < features; ++feature) {
    all.blocks.push_back({fmt::format("{}", feature), {feature}});
  }
  return all;
}

Importance permutation_importance(Engine& engine, const ModelSpec& model, const Task& task,
                                  std::span<const PartRows> parts, const FeatureBlocks& blocks,
                                  std::size_t most_applied) {
  static_cast<void>(evaluate_part(engine, model, task, parts));  // throws for rows of another kind
  std::size_t count = 0;
  for (const PartRows& part : parts) {
    count += part.rows.size();
  }
  const std::size_t most =
      std::max(kLeastRows, most_applied / std::max<std::size_t>(blocks.blocks.size() * kRepeats, 1));
  const Dataset data = copied_rows(parts, chosen_rows(count, most));
  Dataset shuffled = data;
  const std::vector<std::uint32_t> rows = all_rows(data.rows());
  Importance importance{
      .blocks = {}, .map = blocks.map, .rows = rows.size(), .repeats = kRepeats, .loss = mean_loss(engine, data, rows)};
  const Random random(kSeed, RandomStream::sampling);
  std::uint32_t shuffles = 0;
  for (const FeatureBlock& block : blocks.blocks) {
    std::vector<double> rises;
    for (std::size_t repeat = 0; repeat < kRepeats; ++repeat) {
      shuffle_block(block, kernels::permutation(random, rows.size(), ++shuffles), data, shuffled);
      rises.push_back(mean_loss(engine, shuffled, rows) - importance.loss);
    }
    shuffle_block(block, rows, data, shuffled);
    importance.blocks.push_back(importance_of(block, rises));
  }
  return importance;
}

}  // namespace strata
