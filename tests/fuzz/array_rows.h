// The rows of an array that comes as a stream, collected, for fuzz targets.
#pragma once

#include <algorithm>
#include <memory>

#include "data/formats/array_stream.h"
#include "tests/fuzz/fuzz.h"

namespace strata::fuzz {

struct StreamedRows {
  std::size_t features = 0;
  AlignedVector<std::uint8_t> pixels;
  AlignedVector<float> values;
};

inline StreamedRows collect_rows(RowStream& stream) {
  StreamedRows rows{stream.features(), {}, {}};
  std::size_t count = 0;
  for (RowBlock block = stream.next(); !block.rows.empty(); block = stream.next()) {
    const FeaturesView& features = block.samples.features;
    for (const std::uint32_t row : block.rows) {
      if (features.are_pixels()) {
        rows.pixels.insert(rows.pixels.end(), features.pixels.row(row), features.pixels.row(row) + rows.features);
      } else {
        rows.values.insert(rows.values.end(), features.values.row(row), features.values.row(row) + rows.features);
      }
    }
    count += block.rows.size();
  }
  require(stream.rows().value_or(count) == count, "a stream has the rows that it announces");
  return rows;
}

inline bool same_bits(std::span<const float> a, std::span<const float> b) {
  return std::ranges::equal(std::as_bytes(std::span(a)), std::as_bytes(std::span(b)));
}

/// The rows of array_stream from memory; from a file they are the same.
inline Answer<StreamedRows> stream_rows(Input input, MissingValues missing) {
  auto rows = read_data([&] { return collect_rows(*array_stream({copy(input), kName}, missing, 1)); });
  if (rows) {
    const auto from_file = collect_rows(*array_stream({file_of(input), kName}, missing, 1));
    require(rows->pixels == from_file.pixels && same_bits(rows->values, from_file.values),
            "a file gives the rows that memory gives");
  }
  return rows;
}

}  // namespace strata::fuzz
