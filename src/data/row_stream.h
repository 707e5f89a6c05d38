// Rows to predict, a block at a time, so that there may be more of them than memory holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "data/dataset.h"

namespace strata {

/// Some rows of `samples`, which need no labels.
struct RowBlock {
  SamplesView samples;
  std::span<const std::uint32_t> rows;
  std::span<const std::string> ids{};  ///< of each of `rows`; empty: none
};

class RowStream {
 public:
  virtual ~RowStream() = default;

  /// Features of a row.
  virtual std::size_t features() const = 0;
  /// Rows in all, if that is known before they are read.
  virtual std::optional<std::size_t> rows() const { return std::nullopt; }
  virtual bool has_ids() const { return false; }
  /// What the rows come from, for messages.
  virtual std::string source() const = 0;

  /// The rows that follow, valid until the next call; none at the end. Throws Error(data) for what cannot be read.
  virtual RowBlock next() = 0;
};

/// Rows of so many bytes that a block has: some megabytes.
std::size_t rows_of_block(std::size_t bytes_of_row);

/// The rows of a data set.
class DatasetRows final : public RowStream {
 public:
  explicit DatasetRows(Dataset data) : data_(std::move(data)) {}

  std::size_t features() const override { return data_.features; }
  std::optional<std::size_t> rows() const override { return data_.rows(); }
  bool has_ids() const override { return !data_.ids.empty(); }
  std::string source() const override { return data_.source; }
  RowBlock next() override;

 private:
  Dataset data_;
  std::vector<std::uint32_t> rows_;  ///< of the block
  std::size_t done_ = 0;
};

}  // namespace strata
