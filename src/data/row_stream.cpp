#include "data/row_stream.h"

#include <algorithm>
#include <numeric>

namespace strata {

std::size_t rows_of_block(std::size_t bytes_of_row) {
  constexpr std::size_t kBytes = std::size_t{8} << 20U;
  constexpr std::size_t kMostRows = 4096;
  return std::clamp<std::size_t>(kBytes / std::max<std::size_t>(bytes_of_row, 1), 1, kMostRows);
}

RowBlock DatasetRows::next() {
  const std::size_t count = std::min(rows_of_block(data_.features), data_.rows() - done_);
  rows_.resize(count);
  std::iota(rows_.begin(), rows_.end(), static_cast<std::uint32_t>(done_));
  RowBlock block{data_.view(), rows_};
  if (has_ids()) {
    block.ids = std::span<const std::string>(data_.ids).subspan(done_, count);
  }
  done_ += count;
  return block;
}

}  // namespace strata
