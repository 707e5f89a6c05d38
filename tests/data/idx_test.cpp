#include "data/formats/idx.h"

#include <functional>
#include <numeric>

#include "tests/data/data_files.h"

namespace strata::test::data_idx_test {

namespace {

IdxArray parse(const Bytes& bytes) { return parse_idx({bytes.begin(), bytes.end()}, "x"); }

std::string fault_of(const Bytes& bytes) {
  return data_message_of([&] { parse(bytes); });
}

/// Parses to a whole array, or is an Error(data).
void check_survives(const Bytes& bytes) {
  try {
    const IdxArray array = parse(bytes);
    const auto product = std::accumulate(array.shape.begin(), array.shape.end(), std::size_t{1}, std::multiplies<>());
    CHECK(array.values.size() == product);
    CHECK(array.values.size() == bytes.size() - 4 - 4 * array.shape.size());
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::data);
  }
}

}  // namespace

TEST_CASE("IDX arrays of any rank come back as they were", "[data]") {
  for (const std::vector<std::uint32_t>& shape :
       {std::vector<std::uint32_t>{7}, {3, 5}, {10, 28, 28}, {4, 3, 2, 5}, std::vector<std::uint32_t>(255, 1)}) {
    const auto count = std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
    const Bytes values = noise(count, 11);
    const IdxArray array = parse(idx_file(shape, values));
    CHECK(array.shape == std::vector<std::size_t>(shape.begin(), shape.end()));
    CHECK(Bytes(array.values.begin(), array.values.end()) == values);
    CHECK(reinterpret_cast<std::uintptr_t>(array.values.data()) % kAlignment == 0);
  }
}

TEST_CASE("An IDX file cut short anywhere is an error", "[data]") {
  const Bytes bytes = idx_file({2, 3, 4}, noise(24, 1));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    fault_of(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
  }
}

TEST_CASE("An IDX header with any byte changed is valid data or an error", "[data]") {
  const Bytes bytes = idx_file({2, 3, 4}, noise(24, 1));
  for (std::size_t i = 0; i < 16; ++i) {
    for (unsigned value = 0; value < 256; ++value) {
      Bytes changed = bytes;
      changed[i] = static_cast<std::uint8_t>(value);
      check_survives(changed);
    }
  }
}

TEST_CASE("Sizes that an IDX header claims are never allocated", "[data]") {
  constexpr std::uint32_t kMax = 0xffffffffU;
  CHECK(contains(fault_of(idx_file({kMax, kMax, kMax}, Bytes(10))), "expected at least 18446744073709551615"));
  CHECK(contains(fault_of(idx_file({1U << 20, 1U << 20}, Bytes(10))), "expected 1099511627776 for"));
  // Products that are small modulo 2^64.
  CHECK(contains(fault_of(idx_file({1U << 31, 1U << 31, 4}, {})), "truncated"));
  CHECK(contains(fault_of(idx_file({1U << 16, 1U << 16, 1U << 16, 1U << 16}, {})), "truncated"));
  CHECK(contains(fault_of(idx_file(std::vector<std::uint32_t>(255, kMax), {})), "truncated"));
  CHECK(contains(fault_of(idx_file({kMax, kMax, kMax, 0}, {})), "empty"));
}

TEST_CASE("Faults of IDX data say what is wrong", "[data]") {
  CHECK(contains(fault_of({}), "has 0 bytes"));
  CHECK(contains(fault_of({0, 0, 8}), "has 3 bytes"));
  CHECK(contains(fault_of({'P', 'K', 3, 4}), "starts with the bytes 50 4b 03 04"));
  CHECK(contains(fault_of({0, 0, 8, 0}), "rank 0"));
  CHECK(contains(fault_of({0, 0, 8, 3, 0, 0, 0, 1}), "ends after 8 bytes inside its header; expected 16"));
  CHECK(contains(fault_of(idx_file({2}, Bytes(8), 0x0d)), "type 0d (32-bit float)"));
  CHECK(contains(fault_of(idx_file({2}, Bytes(2), 0x09)), "type 09 (signed byte)"));
  CHECK(contains(fault_of(idx_file({2}, Bytes(2), 0x55)), "type 55 (unknown)"));
  CHECK(contains(fault_of(idx_file({0, 28, 28}, {})), "empty: its header says 0 x 28 x 28"));
  CHECK(contains(fault_of(idx_file({2, 0}, {})), "empty"));
  CHECK(contains(fault_of(idx_file({2, 2, 2}, Bytes(7))), "7 bytes follow its header; expected 8 for 2 x 2 x 2"));
  CHECK(contains(fault_of(idx_file({2, 2, 2}, Bytes(9))), "1 bytes too many"));
}

}  // namespace strata::test::data_idx_test
