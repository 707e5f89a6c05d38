#include "data/dataset.h"

#include <cstdint>
#include <vector>

#include "tests/catch.h"

namespace data_dataset_test {

using namespace strata;

using Labels = Elements<std::vector<std::uint32_t>>;

TEST_CASE("Lent elements read as own ones, and keep what lends them", "[data]") {
  auto memory = std::make_shared<std::vector<std::uint32_t>>(std::vector<std::uint32_t>{3, 1, 2});
  const std::weak_ptr<std::vector<std::uint32_t>> watched = memory;
  Labels lent(std::span(memory->data(), memory->size()), memory);
  memory.reset();
  CHECK(lent == Labels{3, 1, 2});
  CHECK(lent.size() == 3);
  CHECK(lent[1] == 1);
  CHECK_FALSE(watched.expired());
  lent.clear();
  CHECK(lent.empty());
  CHECK(watched.expired());
}

}  // namespace data_dataset_test
