// check_ranks: under a launcher, exchanges every kind of message between all ranks and checks what arrives.
// Exits with 1, and the launcher with it, if anything is wrong.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <numeric>
#include <optional>
#include <vector>

#include "core/error.h"
#include "dist/node.h"
#include "dist/world.h"

namespace {

using strata::Communicator;

std::span<const std::byte> bytes_of(const std::vector<int>& values) { return std::as_bytes(std::span(values)); }
std::span<std::byte> bytes_of(std::vector<int>& values) { return std::as_writable_bytes(std::span(values)); }

void expect(bool holds, const char* what) {
  if (!holds) {
    throw strata::failed_error("{} went wrong", what);
  }
}

/// What rank `from` sends to rank `to`.
std::vector<int> message(int from, int to, std::size_t size) {
  std::vector<int> values(size);
  std::iota(values.begin(), values.end(), 1000 * from + to);
  return values;
}

/// Every rank to every other, all under way at once, small ones and large ones.
void check_transfers(Communicator& world) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{300000}}) {
    std::vector<std::vector<int>> sent;
    std::vector<std::vector<int>> received(static_cast<std::size_t>(world.world_size()), std::vector<int>(size));
    std::vector<Communicator::Transfer> transfers;
    for (int other = 0; other < world.world_size(); ++other) {
      sent.push_back(message(world.rank(), other, size));
      if (other != world.rank()) {
        transfers.push_back(world.start_receive(other, 7, bytes_of(received[static_cast<std::size_t>(other)])));
        transfers.push_back(world.start_send(other, 7, bytes_of(std::as_const(sent.back()))));
      }
    }
    world.progress();
    for (const Communicator::Transfer transfer : transfers) {
      world.wait(transfer);
    }
    for (int other = 0; other < world.world_size(); ++other) {
      expect(other == world.rank() || received[static_cast<std::size_t>(other)] == message(other, world.rank(), size),
             "a transfer");
    }
  }
}

/// Rank 0 hears of the others as they come, and answers each.
void check_messages(Communicator& world) {
  if (world.rank() != 0) {
    world.send(0, 1, bytes_of(message(world.rank(), 0, 5)));
    std::vector<int> answer(1);
    world.receive(0, 2, bytes_of(answer));
    expect(answer.front() == 2 * world.rank(), "an answer");
    return;
  }
  for (int left = world.world_size() - 1; left > 0; --left) {
    const strata::Incoming incoming = world.wait_for_message(Communicator::kAny, 1);
    expect(incoming.bytes == 5 * sizeof(int) && incoming.tag == 1, "a message's size");
    std::vector<int> values(5);
    world.receive(incoming.source, incoming.tag, bytes_of(values));
    expect(values == message(incoming.source, 0, 5), "a message");
    world.send(incoming.source, 2, bytes_of(std::vector<int>{2 * incoming.source}));
  }
  expect(!world.probe(Communicator::kAny, 1), "silence");
}

void check_collectives(Communicator& world) {
  std::vector<int> all(static_cast<std::size_t>(world.world_size()));
  world.all_gather(bytes_of(std::vector<int>{world.rank() + 5}), bytes_of(all));
  for (int rank = 0; rank < world.world_size(); ++rank) {
    expect(all[static_cast<std::size_t>(rank)] == rank + 5, "an all-gather");
  }
  std::vector<int> values(1000, world.rank());
  const int root = world.world_size() - 1;
  world.broadcast(bytes_of(values), root);
  expect(values == std::vector<int>(1000, root), "a broadcast");
  std::vector<int> of_node{world.rank()};
  world.node_broadcast(bytes_of(of_node));
  expect(world.node_rank() != 0 || of_node.front() == world.rank(), "a node's broadcast");
  expect(world.node_rank() < world.node_size() && world.node_size() <= world.world_size(), "the node's size");
  world.node_barrier();
  world.barrier();
}

/// The machine's first rank writes what the others read.
void check_node_memory(Communicator& world) {
  std::optional<strata::NodeMemory> memory;
  strata::NodeMemoryAddress address;
  if (world.node_rank() == 0) {
    memory.emplace(300000);
    std::ranges::fill(memory->bytes(), std::byte{9});
    address = memory->address();
  }
  world.node_broadcast(std::as_writable_bytes(std::span(&address, 1)));
  const auto mapped = strata::map_node_memory(address);
  expect(mapped != nullptr && std::count(mapped.get(), mapped.get() + 300000, std::byte{9}) == 300000,
         "a machine's memory");
  world.node_barrier();
}

}  // namespace

int main() {
  const auto world = strata::join_world();
  try {
    check_transfers(*world);
    check_messages(*world);
    check_collectives(*world);
    check_node_memory(*world);
    if (world->rank() == 0) {
      std::printf("%d ranks\n", world->world_size());
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "check_ranks: rank %d: %s\n", world->rank(), error.what());
    world->abort(1);
  }
}
