#include "data/array_stream.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "data/idx.h"

namespace strata {

namespace {

/// Rows of bytes that follow a header.
class IdxRows final : public RowStream {
 public:
  IdxRows(ByteReader bytes, std::size_t rows, std::size_t features)
      : bytes_(std::move(bytes)), rows_(rows), features_(features) {}

  std::size_t features() const override { return features_; }
  std::optional<std::size_t> rows() const override { return rows_; }
  std::string source() const override { return bytes_.name(); }

  RowBlock next() override {
    const std::size_t count = std::min(rows_of_block(features_), rows_ - done_);
    pixels_.resize(count * features_);
    const std::size_t read = bytes_.read(pixels_);
    if (read < pixels_.size()) {
      throw data_error("{}: ends within row {} (counted from 0); expected {} rows of {} bytes; fetch the file again",
                       source(), done_ + read / features_, rows_, features_);
    }
    done_ += count;
    if (done_ == rows_ && !bytes_.peek(1).empty()) {
      throw data_error("{}: goes on after its {} rows of {} bytes; expected no more; fetch the file again", source(),
                       rows_, features_);
    }
    indices_.resize(count);
    std::iota(indices_.begin(), indices_.end(), 0U);
    labels_.assign(count, 0);
    return {{{pixels_.data(), count, features_}, labels_}, indices_};
  }

 private:
  ByteReader bytes_;
  std::size_t rows_;
  std::size_t features_;
  std::size_t done_ = 0;
  AlignedVector<std::uint8_t> pixels_;  ///< of the block
  std::vector<std::uint32_t> indices_;
  std::vector<std::uint32_t> labels_;
};

std::unique_ptr<RowStream> idx_rows(ByteReader bytes) {
  const std::size_t header = idx_header_size(bytes.peek(4));
  AlignedVector<std::uint8_t> start(header);
  start.resize(bytes.read(start));
  const std::vector<std::size_t> shape = parse_idx_header(start, bytes.name());
  if (shape.size() < 2) {
    throw data_error("{}: is an array of rank 1, as labels are; expected images, of rank 2 or more; check the file",
                     bytes.name());
  }
  const std::size_t features = element_count({shape.begin() + 1, shape.end()});
  return std::make_unique<IdxRows>(std::move(bytes), shape[0], features);
}

}  // namespace

bool is_array(std::span<const std::uint8_t> bytes) { return is_idx(bytes); }

std::unique_ptr<RowStream> array_stream(ByteReader bytes) { return idx_rows(std::move(bytes)); }

}  // namespace strata
