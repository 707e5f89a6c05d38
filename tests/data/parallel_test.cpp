#include "data/parallel.h"

#include <atomic>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "data/tbb/backend.h"
#include "tests/catch.h"

namespace strata::data_parallel_test {

namespace {

const ParallelBackend* const kBackends[] = {&own_threads(), &tbb_threads()};

}  // namespace

TEST_CASE("every backend runs each task once, within its threads or alone", "[data]") {
  for (const ParallelBackend* backend : kBackends) {
    for (const int threads : {1, 2, 5}) {
      for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{300}}) {
        std::vector<std::atomic<int>> calls(count);
        backend->within(threads, [&] { backend->for_each(count, [&](std::size_t i) { ++calls[i]; }); });
        backend->for_each(count, [&](std::size_t i) { ++calls[i]; });
        CAPTURE(threads, count);
        CHECK(std::all_of(calls.begin(), calls.end(), [](const auto& each) { return each == 2; }));
      }
    }
  }
}

TEST_CASE("both halves of a tree of work are done, and what they throw arrives", "[data]") {
  for (const ParallelBackend* backend : kBackends) {
    const std::function<long(long, long)> sum = [&](long first, long last) {
      if (last - first == 1) {
        return first;
      }
      long left = 0;
      long right = 0;
      const long middle = (first + last) / 2;
      backend->both([&] { left = sum(first, middle); }, [&] { right = sum(middle, last); });
      return left + right;
    };
    for (const int threads : {1, 3, 4}) {
      long total = 0;
      backend->within(threads, [&] { total = sum(0, 500); });
      CHECK(total == 499 * 500 / 2);
      const auto fail = [] { throw std::runtime_error("here"); };
      CHECK_THROWS_AS(backend->within(threads, [&] { backend->both(fail, [] {}); }), std::runtime_error);
      CHECK_THROWS_AS(backend->within(threads, [&] { backend->both([] {}, fail); }), std::runtime_error);
      CHECK_THROWS_AS(backend->within(threads, [&] { backend->for_each(9, [&](std::size_t) { fail(); }); }),
                      std::runtime_error);
    }
  }
}

TEST_CASE("own threads keep to the limit, and tasks of tasks take none of their own", "[data]") {
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  const auto busy = [&] {
    const int now = ++running;
    for (int known = most; now > known && !most.compare_exchange_weak(known, now);) {
    }
    std::vector<double> work(20'000, 1.0);
    most = most + (std::accumulate(work.begin(), work.end(), 0.0) < 0 ? 1 : 0);
    --running;
  };
  own_threads().within(3, [&] {
    own_threads().for_each(40, [&](std::size_t) { own_threads().for_each(4, [&](std::size_t) { busy(); }); });
  });
  CHECK(most <= 3);
}

}  // namespace strata::data_parallel_test
