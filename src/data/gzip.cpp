#include "data/gzip.h"

#include <libdeflate.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>

#include "core/error.h"

namespace strata {

namespace {

/// Deflate's best case: 258 bytes from 2 bits.
constexpr std::size_t kMaxRatio = 1032;
/// How far the footer's size is believed at first.
constexpr std::size_t kTrustedRatio = 64;

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
};
using Decompressor = std::unique_ptr<libdeflate_decompressor, FreeDecompressor>;

Decompressor make_decompressor() {
  Decompressor decompressor(libdeflate_alloc_decompressor());
  if (!decompressor) {
    throw std::bad_alloc();
  }
  return decompressor;
}

/// The size of the last member, modulo 2^32, as the last four bytes claim it.
std::size_t claimed_size(std::span<const std::uint8_t> compressed) {
  std::size_t size = 0;
  for (std::size_t i = 1; i <= 4 && i <= compressed.size(); ++i) {
    size = size << 8 | compressed[compressed.size() - i];
  }
  return size;
}

/// Makes room for more behind the first `kept` bytes.
void grow(AlignedVector<std::uint8_t>& bytes, std::size_t kept, std::size_t size) {
  bytes.resize(kept);  // so that only these are copied
  bytes.reserve(size);
  bytes.resize(size);
}

}  // namespace

bool is_gzip(std::span<const std::uint8_t> bytes) { return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b; }

AlignedVector<std::uint8_t> inflate_gzip(std::span<const std::uint8_t> compressed, const std::string& name) {
  if (!is_gzip(compressed)) {
    throw data_error(
        "{}: is not gzip data although its name ends in .gz; expected the bytes 1f 8b at the start; compress it or "
        "drop .gz from its name",
        name);
  }
  const Decompressor decompressor = make_decompressor();
  const std::size_t limit = kMaxRatio * compressed.size();
  AlignedVector<std::uint8_t> bytes(
      std::clamp(claimed_size(compressed), compressed.size(), kTrustedRatio * compressed.size()));
  std::size_t inflated = 0;
  auto rest = compressed;
  while (!rest.empty()) {
    if (!is_gzip(rest)) {
      throw data_error("{}: {} bytes follow the end of the gzip data at byte {}; expected none; fetch the file again",
                       name, rest.size(), compressed.size() - rest.size());
    }
    std::size_t read = 0;
    std::size_t written = 0;
    const auto result =
        libdeflate_gzip_decompress_ex(decompressor.get(), rest.data(), rest.size(), bytes.data() + inflated,
                                      bytes.size() - inflated, &read, &written);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE && bytes.size() < limit) {
      grow(bytes, inflated, std::min(2 * bytes.size(), limit));
      continue;
    }
    if (result != LIBDEFLATE_SUCCESS) {
      throw data_error(
          "{}: is truncated or corrupt: the gzip member that starts at byte {} of {} cannot be inflated or has a "
          "wrong checksum; fetch the file again",
          name, compressed.size() - rest.size(), compressed.size());
    }
    inflated += written;
    rest = rest.subspan(read);
  }
  bytes.resize(inflated);
  return bytes;
}

}  // namespace strata
