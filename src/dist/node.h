// What the ranks of one machine, of a node, share: its CPUs, and memory.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "core/file.h"
#include "dist/communicator.h"

namespace strata {

/// A fair share of the CPUs that this rank may use: of each, a part with the ranks of its machine that may use it too,
/// and of the cgroup's quota; rounded down, at least 1. Ranks that their launcher has bound to CPUs of their own get
/// all of those. Every rank calls it.
int node_threads(Communicator& ranks);

/// What another process of the machine needs to find the memory.
struct NodeMemoryAddress {
  pid_t process = 0;
  int descriptor = -1;
  ino_t file = 0;  ///< tells it from whatever else has that number
  std::size_t bytes = 0;
};

/// A file without a name, which goes with the last process that maps it, however that ends.
class NodeMemory {
 public:
  /// Zeros. Throws Error(failed) if the system gives none.
  explicit NodeMemory(std::size_t bytes);

  /// What was written so far, as every process that maps it sees it. Write it before others map it.
  std::span<std::byte> bytes() const { return {mapped_.get(), address_.bytes}; }
  /// Others can find it as long as this lives.
  const NodeMemoryAddress& address() const { return address_; }
  /// Keeps the mapping, after this too.
  std::shared_ptr<std::byte> mapping() const { return mapped_; }

 private:
  FileDescriptor file_;
  NodeMemoryAddress address_;
  std::shared_ptr<std::byte> mapped_;
};

/// What another process has written there; changes stay this process's own. Null if it cannot be reached, as from
/// another namespace of processes.
std::shared_ptr<std::byte> map_node_memory(const NodeMemoryAddress& address);

}  // namespace strata
