#include "dist/together.h"

#include <algorithm>
#include <new>
#include <numeric>
#include <span>
#include <vector>

namespace strata {

namespace {

/// What every rank tells: 0, or one more than the kind of its failure.
std::vector<int> all_of(Communicator& ranks, int mine) {
  if (ranks.world_size() == 1) {
    return {mine};
  }
  std::vector<int> all(static_cast<std::size_t>(ranks.world_size()));
  ranks.all_gather(std::as_bytes(std::span(&mine, 1)), std::as_writable_bytes(std::span(all)));
  return all;
}

}  // namespace

void together(Communicator& ranks, const std::function<void()>& work) {
  if (ranks.world_size() == 1) {
    work();
    return;
  }
  int failure = 0;
  std::string message;
  const auto failed = [&](ErrorKind kind, const std::string& what) {
    failure = static_cast<int>(kind) + 1;
    message = ranks.rank() == 0 ? what : fmt::format("rank {}: {}", ranks.rank(), what);
  };
  try {
    work();
  } catch (const Error& error) {
    failed(error.kind(), error.what());
  } catch (const std::bad_alloc&) {
    failed(ErrorKind::failed, "out of memory; try a smaller network or batch");
  } catch (const std::exception& error) {
    failed(ErrorKind::failed, error.what());
  }
  const std::vector<int> all = all_of(ranks, failure);
  const auto first = std::ranges::find_if(all, [](int each) { return each != 0; });
  if (first != all.end()) {
    throw SharedFailure(static_cast<ErrorKind>(*first - 1), first - all.begin() == ranks.rank() ? message : "");
  }
}

int largest_of(Communicator& ranks, int value) { return std::ranges::max(all_of(ranks, value)); }

int sum_of(Communicator& ranks, int value) {
  const std::vector<int> all = all_of(ranks, value);
  return std::accumulate(all.begin(), all.end(), 0);
}

}  // namespace strata
