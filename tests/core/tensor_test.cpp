#include "core/tensor.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "tests/catch.h"

namespace core_tensor_test {

using namespace strata;

TEST_CASE("aligned vectors start at a cache line, whatever their size", "[core]") {
  for (std::size_t size = 1; size < 200; size += 7) {
    const AlignedVector<float> floats(size);
    const AlignedVector<std::uint8_t> bytes(size);
    CHECK(reinterpret_cast<std::uintptr_t>(floats.data()) % kAlignment == 0);
    CHECK(reinterpret_cast<std::uintptr_t>(bytes.data()) % kAlignment == 0);
  }
}

TEST_CASE("an aligned vector given a value is filled with it, and keeps its elements as it grows", "[core]") {
  AlignedVector<float> values(5, 2.5F);
  CHECK(std::ranges::all_of(values, [](float x) { return x == 2.5F; }));
  values.resize(1000, 1.0F);
  CHECK(std::ranges::count(values, 2.5F) == 5);
  CHECK(std::ranges::count(values, 1.0F) == 995);
}

TEST_CASE("a view steps by its stride", "[core]") {
  std::vector<int> data(12);
  std::iota(data.begin(), data.end(), 0);
  const MatrixView<int> view(data.data(), 3, 2, 4);
  CHECK(view.rows() == 3);
  CHECK(view.columns() == 2);
  CHECK(view(2, 1) == 9);
  CHECK(view.row(1) == data.data() + 4);
  view(1, 0) = -1;
  CHECK(data[4] == -1);

  const MatrixView<const int> tail = view.rows(1, 2);
  CHECK(tail.rows() == 2);
  CHECK(tail(0, 0) == -1);
  CHECK(tail(1, 1) == 9);
  CHECK(view.rows(3, 0).rows() == 0);
}

TEST_CASE("a view without a stride is dense, and an empty one has nothing", "[core]") {
  std::vector<int> data(6);
  CHECK(MatrixView<int>(data.data(), 2, 3).stride() == 3);
  CHECK(MatrixView<int>().rows() == 0);
  CHECK(MatrixView<int>().data() == nullptr);
}

}  // namespace core_tensor_test
