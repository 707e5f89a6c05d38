// Work on the threads that oneDNN itself uses, so that no second team competes with them.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace strata::kernels::onednn {

/// From now on, oneDNN's primitives that the calling thread creates and runs use `threads` threads: itself, and others
/// that flush denormals to zero. Throws Error(failed) if the system refuses so many.
void use_threads(int threads);

/// Calls body(context, thread, count) on `threads` threads at once, thread in [0, count); returns when all have
/// returned.
void run_parallel(int threads, void (*body)(void* context, int thread, int count), void* context);

/// The same for a callable body(thread, count), which must not throw.
template <class Body>
void parallel(int threads, Body&& body) {
  using Callable = std::remove_reference_t<Body>;
  run_parallel(
      threads, [](void* callable, int thread, int count) { (*static_cast<Callable*>(callable))(thread, count); },
      const_cast<std::remove_const_t<Callable>*>(std::addressof(body)));
}

/// The part [first, last) of 0 … size-1 that `thread` of `count` takes; boundaries are multiples of `grain`.
inline std::pair<std::size_t, std::size_t> share(std::size_t size, std::size_t grain, int thread, int count) {
  const std::size_t grains = (size + grain - 1) / grain;
  const auto boundary = [&](int t) {
    const std::size_t edge = grains * static_cast<std::size_t>(t) / static_cast<std::size_t>(count) * grain;
    return edge < size ? edge : size;
  };
  return {boundary(thread), boundary(thread + 1)};
}

}  // namespace strata::kernels::onednn
