#include "dist/node_threads.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

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

}  // namespace strata
