// Fuzz target: IDX files, read as a whole and as a stream.
#include "data/formats/idx.h"

#include <utility>

#include "tests/fuzz/array_rows.h"
#include "tests/fuzz/fuzz.h"

using namespace strata;
using namespace strata::fuzz;

namespace {

/// The header that says `shape`.
AlignedVector<std::uint8_t> header_of(const std::vector<std::size_t>& shape) {
  AlignedVector<std::uint8_t> bytes{0, 0, 8, static_cast<std::uint8_t>(shape.size())};
  for (const std::size_t dimension : shape) {
    for (const int shift : {24, 16, 8, 0}) {
      bytes.push_back(static_cast<std::uint8_t>(dimension >> shift));
    }
  }
  return bytes;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Input input(data, size);
  const auto array = read_data([&] { return parse_idx(copy(input), kName); });
  if (array) {
    require(is_idx(input), "what is read is recognised");
    AlignedVector<std::uint8_t> again = header_of(array->shape);
    require(again.size() == idx_header_size(input), "the header's size follows from its first bytes");
    again.insert(again.end(), array->values.begin(), array->values.end());
    require(std::ranges::equal(again, input), "the array, written again, is the file");
  }
  if (is_idx(input)) {
    const auto rows = stream_rows(input, MissingValues::error);
    require(rows.value.has_value() == (array && array->shape.size() > 1), "a stream takes what a file may hold");
    require(!rows || rows->pixels == array->values, "a stream gives what a file holds");
  }
  return 0;
}
