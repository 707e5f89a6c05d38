#include "dist/node.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/threads.h"

namespace strata {

namespace {

struct Place {
  int node = 0;  ///< its first rank
  cpu_set_t cpus{};
};

}  // namespace

int node_threads(Communicator& ranks) {
  if (ranks.node_size() == 1 && ranks.world_size() == 1) {
    return available_threads();
  }
  Place mine;
  mine.node = ranks.rank();
  ranks.node_broadcast(std::as_writable_bytes(std::span(&mine.node, 1)));
  CPU_ZERO(&mine.cpus);
  if (sched_getaffinity(0, sizeof(mine.cpus), &mine.cpus) != 0) {
    return std::max(1, available_threads() / ranks.node_size());
  }
  std::vector<Place> all(static_cast<std::size_t>(ranks.world_size()));
  ranks.all_gather(std::as_bytes(std::span(&mine, 1)), std::as_writable_bytes(std::span(all)));
  double share = 0;
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &mine.cpus)) {
      share += 1.0 / static_cast<double>(std::ranges::count_if(
                         all, [&](const Place& each) { return each.node == mine.node && CPU_ISSET(cpu, &each.cpus); }));
    }
  }
  if (const auto quota = cgroup_cpus()) {
    share = std::min(share, *quota / ranks.node_size());
  }
  return std::max(1, static_cast<int>(std::floor(share + 1e-9)));
}

namespace {

/// Null, and errno, if the system refuses.
std::shared_ptr<std::byte> map(int descriptor, std::size_t bytes, int flags) {
  void* const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, descriptor, 0);
  if (memory == MAP_FAILED) {
    return nullptr;
  }
  ::madvise(memory, bytes, MADV_HUGEPAGE);  // a wish: where it is not granted, small pages do
  return {static_cast<std::byte*>(memory), [bytes](std::byte* mapped) { ::munmap(mapped, bytes); }};
}

bool is_file(int descriptor, const NodeMemoryAddress& address) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && status.st_ino == address.file &&
         static_cast<std::size_t>(status.st_size) == address.bytes;
}

}  // namespace

NodeMemory::NodeMemory(std::size_t bytes) : file_(::memfd_create("strata", MFD_CLOEXEC)) {
  struct stat status {};
  // Taken now: written to later, what the system does not have would end the process without a word.
  if (!file_ || (bytes > 0 && (errno = ::posix_fallocate(file_.get(), 0, static_cast<off_t>(bytes))) != 0) ||
      ::fstat(file_.get(), &status) != 0 || (bytes > 0 && !(mapped_ = map(file_.get(), bytes, MAP_SHARED)))) {
    throw failed_error("no {:.0f} MB of memory for the ranks of this machine to share: {}",
                       static_cast<double>(bytes) / 1e6, system_reason(errno));
  }
  address_ = {::getpid(), file_.get(), status.st_ino, bytes};
}

std::shared_ptr<std::byte> map_node_memory(const NodeMemoryAddress& address) {
  const FileDescriptor file(
      ::open(fmt::format("/proc/{}/fd/{}", address.process, address.descriptor).c_str(), O_RDONLY | O_CLOEXEC));
  return file && is_file(file.get(), address) ? map(file.get(), address.bytes, MAP_PRIVATE) : nullptr;
}

}  // namespace strata
