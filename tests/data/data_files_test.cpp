#include "tests/data/data_files.h"

#include <libdeflate.h>

#include <algorithm>
#include <memory>
#include <numeric>

namespace strata::test {

namespace fs = std::filesystem;

Bytes idx_file(const std::vector<std::uint32_t>& shape, const Bytes& values, std::uint8_t type) {
  Bytes bytes{0, 0, type, static_cast<std::uint8_t>(shape.size())};
  for (const std::uint32_t dimension : shape) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes.push_back(static_cast<std::uint8_t>(dimension >> shift));
    }
  }
  bytes.insert(bytes.end(), values.begin(), values.end());
  return bytes;
}

Bytes gzip(const Bytes& bytes) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(6), libdeflate_free_compressor);
  Bytes zipped(libdeflate_gzip_compress_bound(compressor.get(), bytes.size()));
  zipped.resize(libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(), zipped.data(), zipped.size()));
  REQUIRE(!zipped.empty());
  return zipped;
}

Bytes noise(std::size_t count, std::uint32_t seed) {
  Bytes bytes(count);
  std::uint32_t state = seed;
  for (std::uint8_t& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  return bytes;
}

void IdxFiles::write(const TemporaryFolder& folder, bool zipped) const {
  const auto write_one = [&](const std::string& name, const Bytes& bytes) {
    folder.write(zipped ? name + ".gz" : name, zipped ? gzip(bytes) : bytes);
  };
  write_one("train-images-idx3-ubyte", train_images);
  write_one("train-labels-idx1-ubyte", train_labels);
  write_one("t10k-images-idx3-ubyte", test_images);
  write_one("t10k-labels-idx1-ubyte", test_labels);
}

namespace {

Bytes images(std::uint32_t rows, std::vector<std::uint32_t> shape, std::uint32_t seed) {
  shape.insert(shape.begin(), rows);
  const auto count = std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
  return idx_file(shape, noise(count, seed));
}

Bytes labels(std::uint32_t rows, std::uint32_t classes) {
  Bytes values(rows);
  for (std::uint32_t row = 0; row < rows; ++row) {
    values[row] = static_cast<std::uint8_t>(row % classes);
  }
  return idx_file({rows}, values);
}

}  // namespace

IdxFiles idx_files(std::uint32_t train_rows, std::uint32_t test_rows, const std::vector<std::uint32_t>& sample,
                   std::uint32_t classes) {
  return {images(train_rows, sample, 1), labels(train_rows, classes), images(test_rows, sample, 2),
          labels(test_rows, classes)};
}

}  // namespace strata::test
