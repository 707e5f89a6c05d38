// Fuzz target: gzip data, as they come and with checksums that fit.
#include "data/gzip.h"

#include <libdeflate.h>

#include <algorithm>
#include <memory>

#include "tests/fuzz/fuzz.h"

using namespace strata;
using namespace strata::fuzz;

namespace {

using Bytes = AlignedVector<std::uint8_t>;

/// Deflate's best case, which bounds what may be allocated.
constexpr std::size_t kMaxRatio = 1032;
constexpr Input::size_type kHeaderBytes = 10;

Answer<Bytes> inflated(Input input) {
  auto bytes = read_data([&] { return inflate_gzip(input, kName); });
  require(!bytes || bytes->size() <= kMaxRatio * input.size(), "deflate's best case bounds the output");
  return bytes;
}

void add_little_endian(Bytes& bytes, std::uint32_t number) {
  for (const int shift : {0, 8, 16, 24}) {
    bytes.push_back(static_cast<std::uint8_t>(number >> shift));
  }
}

/// Gzip data of one member around the deflate stream `deflated`, which inflates to `content`.
Bytes member(Input deflated, Input content) {
  Bytes bytes{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff};
  bytes.insert(bytes.end(), deflated.begin(), deflated.end());
  add_little_endian(bytes, libdeflate_crc32(0, content.data(), content.size()));
  add_little_endian(bytes, static_cast<std::uint32_t>(content.size()));
  return bytes;
}

/// The input is a deflate stream: gzip data around it inflate to what it says.
void check_stream(Input input) {
  static libdeflate_decompressor* const decompressor = libdeflate_alloc_decompressor();
  static Bytes content(kMaxRatio * 256);
  std::size_t used = 0;
  std::size_t size = 0;
  if (libdeflate_deflate_decompress_ex(decompressor, input.data(), input.size(), content.data(), content.size(), &used,
                                       &size) == LIBDEFLATE_SUCCESS) {
    const Input expected = Input(content).first(size);
    const auto bytes = inflated(member(input.first(used), expected));
    require(bytes && std::ranges::equal(*bytes, expected), "sound gzip data are inflated");
  }
}

/// The input is content: compressed, in two members, it inflates to itself, and cut short or changed it does not.
void check_content(Input input, std::size_t cut) {
  static libdeflate_compressor* const compressor = libdeflate_alloc_compressor(1);
  static Bytes deflated(1 << 16);
  const auto compressed = [&](Input content) {
    const std::size_t size =
        libdeflate_deflate_compress(compressor, content.data(), content.size(), deflated.data(), deflated.size());
    return member(Input(deflated).first(size), content);
  };
  const std::size_t half = std::min(cut, input.size());
  Bytes both = compressed(input.first(half));
  const Bytes second = compressed(input.subspan(half));
  both.insert(both.end(), second.begin(), second.end());
  const auto bytes = inflated(both);
  require(bytes && std::ranges::equal(*bytes, input), "members are inflated one after the other");
  require(!inflated(Input(both).first(both.size() - 1)), "gzip data cut short are refused");
  Bytes changed = both;
  changed[changed.size() - 1 - cut % 8] ^= 1;
  require(!inflated(changed), "a wrong checksum or size is refused");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  if (is_gzip(input)) {
    inflated(input);
    check_stream(input.subspan(std::min(kHeaderBytes, input.size())));
    return 0;
  }
  require(!inflated(input), "what is not gzip is refused");
  Choices choices(input);
  if (choices.flag()) {
    check_content(input, choices.below(256));
  } else {
    check_stream(input);
  }
  return 0;
}
