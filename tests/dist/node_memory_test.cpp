#include <cstring>

#include "dist/node.h"
#include "tests/catch.h"

namespace dist_node_memory_test {

using namespace strata;

TEST_CASE("Memory of a machine is mapped by its address, and changes there stay one's own", "[dist]") {
  NodeMemory memory(100000);
  std::memset(memory.bytes().data(), 7, memory.bytes().size());
  const auto mapped = map_node_memory(memory.address());
  REQUIRE(mapped);
  CHECK(mapped.get()[99999] == std::byte{7});
  mapped.get()[0] = std::byte{8};
  CHECK(memory.bytes()[0] == std::byte{7});
}

TEST_CASE("A mapping outlives what made it, and its address does not", "[dist]") {
  NodeMemoryAddress address;
  std::shared_ptr<std::byte> kept;
  {
    NodeMemory memory(5000);
    memory.bytes()[4999] = std::byte{3};
    address = memory.address();
    kept = map_node_memory(address);
  }
  REQUIRE(kept);
  CHECK(kept.get()[4999] == std::byte{3});
  CHECK_FALSE(map_node_memory(address));
}

TEST_CASE("What is not the memory of that address is not mapped", "[dist]") {
  const NodeMemory memory(5000);
  NodeMemoryAddress address = memory.address();
  ++address.file;
  CHECK_FALSE(map_node_memory(address));
  address = memory.address();
  ++address.bytes;
  CHECK_FALSE(map_node_memory(address));
}

}  // namespace dist_node_memory_test
