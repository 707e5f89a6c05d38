// TBB, limited to a number of threads.
#pragma once

#include <tbb/info.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cassert>

namespace strata {

/// Where `threads` threads of TBB run, but no more than TBB has, as it would warn on stderr.
inline tbb::task_arena make_arena(int threads) {
  assert(threads >= 1);
  return tbb::task_arena(std::min(threads, tbb::info::default_concurrency()));
}

}  // namespace strata
