#include "data/formats/array_stream.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "data/formats/idx.h"
#include "data/formats/npy.h"

namespace strata {

namespace {

/// Rows that lie one after the other behind a header.
class ArrayRows : public RowStream {
 public:
  std::size_t features() const override { return features_; }
  std::optional<std::size_t> rows() const override { return rows_; }
  std::string source() const override { return bytes_.name(); }
  RowBlock next() override;

 protected:
  ArrayRows(ByteReader bytes, std::size_t rows, std::size_t features, std::size_t element_size)
      : bytes_(std::move(bytes)), rows_(rows), features_(features), row_bytes_(saturating(features, element_size)) {}

 private:
  /// The features that the bytes of rows from `first_row` on are.
  virtual Dataset convert(AlignedVector<std::uint8_t> elements, std::size_t first_row) = 0;

  /// The product; the largest size_t if it is larger than that, as no file is.
  static std::size_t saturating(std::size_t a, std::size_t b) {
    constexpr std::size_t kMax = std::numeric_limits<std::size_t>::max();
    return a > kMax / b ? kMax : a * b;
  }

  ByteReader bytes_;
  std::size_t rows_;
  std::size_t features_;
  std::size_t row_bytes_;
  std::size_t done_ = 0;
  Dataset block_;
  std::vector<std::uint32_t> indices_;
};

RowBlock ArrayRows::next() {
  const std::size_t count = std::min(rows_of_block(row_bytes_), rows_ - done_);
  AlignedVector<std::uint8_t> elements = bytes_.take(count * row_bytes_);
  if (elements.size() < count * row_bytes_) {
    throw data_error("{}: ends within row {} (counted from 0); expected {} rows of {} bytes; fetch the file again",
                     source(), done_ + elements.size() / row_bytes_, rows_, row_bytes_);
  }
  if (count > 0) {
    block_ = convert(std::move(elements), done_);
  }
  done_ += count;
  if (done_ == rows_ && !bytes_.peek(1).empty()) {
    throw data_error("{}: goes on after its {} rows of {} bytes; expected no more; fetch the file again", source(),
                     rows_, row_bytes_);
  }
  indices_.resize(count);
  std::iota(indices_.begin(), indices_.end(), 0U);
  return {block_.view(), indices_};
}

class IdxRows final : public ArrayRows {
 public:
  IdxRows(ByteReader bytes, std::size_t rows, std::size_t features) : ArrayRows(std::move(bytes), rows, features, 1) {}

 private:
  Dataset convert(AlignedVector<std::uint8_t> elements, std::size_t /*first_row*/) override {
    Dataset block;
    block.features = features();
    block.pixels = std::move(elements);
    return block;
  }
};

class NpyRows final : public ArrayRows {
 public:
  NpyRows(ByteReader bytes, const NpyHeader& header, MissingValues missing, int threads, std::vector<double> offsets)
      : ArrayRows(std::move(bytes), header.shape.front(), header.row_elements(), header.element_size),
        header_(header),
        missing_(missing),
        threads_(threads),
        offsets_(std::move(offsets)) {}

 private:
  Dataset convert(AlignedVector<std::uint8_t> elements, std::size_t first_row) override {
    return npy_rows(header_, std::move(elements), first_row, source(), missing_, threads_, offsets_);
  }

  NpyHeader header_;
  MissingValues missing_;
  int threads_;
  std::vector<double> offsets_;
};

void require_features(const std::vector<std::size_t>& shape, const std::string& name) {
  if (shape.size() < 2) {
    throw data_error("{}: is an array of rank 1, as labels are; expected features, of rank 2 or more; check the file",
                     name);
  }
}

std::unique_ptr<RowStream> idx_rows(ByteReader bytes) {
  constexpr std::size_t kMagicBytes = 4;
  AlignedVector<std::uint8_t> header(idx_header_size(bytes.peek(kMagicBytes)));
  header.resize(bytes.read(header));
  const std::vector<std::size_t> shape = parse_idx_header(header, bytes.name());
  require_features(shape, bytes.name());
  const std::size_t features = element_count({shape.begin() + 1, shape.end()});
  return std::make_unique<IdxRows>(std::move(bytes), shape[0], features);
}

std::unique_ptr<RowStream> npy_stream(ByteReader bytes, MissingValues missing, int threads,
                                      const std::vector<double>& offsets) {
  constexpr std::size_t kLongestHeader = 64 * 1024;  // numpy's own are of 64 or 128 bytes
  const NpyHeader header = parse_npy_start(bytes.peek(kLongestHeader), bytes.name());
  require_features(header.shape, bytes.name());
  if (header.fortran_order) {
    const std::string name = bytes.name();
    return std::make_unique<DatasetRows>(parse_npy_features(bytes.rest(), name, missing, threads, offsets));
  }
  AlignedVector<std::uint8_t> skipped(header.size);
  bytes.read(skipped);
  return std::make_unique<NpyRows>(std::move(bytes), header, missing, threads, offsets);
}

}  // namespace

bool is_array(std::span<const std::uint8_t> bytes) { return is_idx(bytes) || is_npy(bytes); }

std::unique_ptr<RowStream> array_stream(ByteReader bytes, MissingValues missing, int threads,
                                        const std::vector<double>& offsets) {
  return is_npy(bytes.peek(kArrayStart)) ? npy_stream(std::move(bytes), missing, threads, offsets)
                                         : idx_rows(std::move(bytes));
}

}  // namespace strata
